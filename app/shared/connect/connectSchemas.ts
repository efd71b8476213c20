/** What the calls of the page “Connect” take. Not for the page: zod compiles object schemas to code, which its security policy forbids. */
import { z } from 'zod';
import { CONFIG_PROGRAMS } from './configFiles';
import { PLACES } from './guide';

/** A program whose configuration can be written. The window never names a file. */
export const configProgram = z.enum(CONFIG_PROGRAMS);
/** What is written into it besides the server's address; these forms need no quoting in any of the files. */
export const configValues = z.strictObject({
  model: z.string().regex(/^[\w][\w.:/[\]-]{0,99}$/, 'must be the name of a model'),
  key: z
    .string()
    .regex(/^cld_[\w-]{1,100}$/, 'must be an API key of Claudacity')
    .nullable(),
});

/** What the steps of a guide are made from; they are texts to read and copy, so any address and model will do. */
export const guideValues = z.strictObject({
  url: z.string().max(300),
  key: z.string().max(200).nullable(),
  model: z.string().max(300),
  place: z.enum(PLACES),
  platform: z.string().max(30),
});
