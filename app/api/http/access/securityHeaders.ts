/**
 * Headers that tell browsers what not to do with an answer. Written by hand rather than with helmet: of its fifteen headers, these are the ones that mean
 * something for an API over HTTP, and each has to suit pages of allowed origins, which read answers with CORS.
 */
import type { RequestHandler } from 'express';

const HEADERS: Readonly<Record<string, string>> = {
  // No answer is a script or a style sheet unless its type says so, whatever a model wrote into it.
  'X-Content-Type-Options': 'nosniff',
  // Nothing of this server is meant for a frame; /docs has a policy that says the same to newer browsers.
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  // Other sites cannot embed an answer without CORS, as an image or a script. Requests with CORS, those of allowed origins, are exempt.
  'Cross-Origin-Resource-Policy': 'same-origin',
};

/** Sets the headers on every answer, refusals included. */
export const securityHeaders: RequestHandler = (_req, res, next) => {
  for (const [name, value] of Object.entries(HEADERS)) res.setHeader(name, value);
  next();
};
