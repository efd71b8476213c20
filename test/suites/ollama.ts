/**
 * Ollama's own integration tests, from its Go module (its folder `integration`, with the build tag of that name), as far as they make sense
 * for a server that runs no models of Ollama's. Needs Go 1.24 or newer.
 */
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { captureOutput } from '../../build/setup/command.mjs';
import { text } from '../support/messagesApi';
import { plausibleAnswer } from './plausibleModel';
import { runSuiteCommand, type Suite } from './suite';

const MODULE = 'github.com/ollama/ollama';
const VERSION = 'v0.17.4';

const MODEL = 'sonnet';

/** The files that hold the tests below, and what is replaced in them: models that stand for any model, and fields that none has here. */
const FILES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'utils_test.go': { '"lfm2.5-thinking"': `"${MODEL}"` },
  'api_test.go': { 'details.ParameterSize == ""': 'false', 'details.QuantizationLevel == ""': 'false' },
  'basic_test.go': { '"gemma2:2b"': `"${MODEL}"` },
  'concurrency_test.go': {},
  'context_test.go': { '"gpt-oss:20b"': `"${MODEL}"` },
  'llm_image_test.go': { '"gemma3:4b"': `"${MODEL}"` },
  'tools_test.go': {},
};

const TESTS = [
  'TestAPIGenerate',
  'TestAPIChat',
  'TestAPIListModels',
  `TestAPIToolCalling/${MODEL}`,
  'TestBlueSky',
  'TestExtendedUnicodeOutput',
  'TestConcurrentChat',
  'TestLongInputContext',
  'TestContextExhaustion',
  'TestParallelGenerateWithHistory',
  'TestGenerateWithHistory',
  'TestParallelChatWithHistory',
  'TestChatWithHistory',
  'TestIntegrationSplitBatch',
];

const NOT_RUN: Readonly<Record<string, string>> = {
  TestAPIShowModel: 'requires a license, which the models have not',
  'TestAPIGenerateLogprobs, TestAPIChatLogprobs, TestNumPredict':
    'require log probabilities, which the API does not give',
  'TestUnicode, TestVisionModels': 'skip themselves where the model is not in the memory of a GPU',
  'TestUnicodeModelDir, TestMaxQueue': 'start a server of their own',
  TestMultiModelStress: 'fills the memory of a GPU with models',
  'TestEmbedCosineDistanceCorrelation, TestAllMiniLMEmbeddings, TestAllMiniLMEmbed, TestAllMiniLMBatchEmbed, TestAllMiniLMEmbedTruncate, TestEmbedTruncation, TestEmbedLargeInput, TestEmbedStatusCode':
    'embed texts, which no Claude model does',
  TestImageGeneration: 'draws an image, which no Claude model does',
  'TestLibraryModelsChat, TestModelsChat, TestModelsEmbed, TestModelsPerf, TestLibraryModelsPerf':
    'try and measure the models of Ollama’s library',
  TestQuantization: 'converts a model’s file',
};

/** Has a word for each question of the tests. */
const ANSWER = [
  'Once upon a time Rayleigh scattering of sunlight by water, soil and the oxygen of the air made a rainbow 😀. ',
  'In July, Russia and Austria read the text "the ollamas".',
];

const BUILD_TIMEOUT_MS = 15 * 60_000;
const Download = z.object({ Dir: z.string() });

export const ollama: Suite = {
  name: 'ollama',
  install: async (cache) => {
    const folder = path.join(cache, `ollama-${VERSION}`);
    const binary = path.join(folder, 'integration.test');
    if (existsSync(binary)) return binary;
    const { Dir: source } = Download.parse(
      JSON.parse(await go(cache, 'mod', 'download', '-json', `${MODULE}@${VERSION}`)),
    );
    await mkdir(folder, { recursive: true });
    for (const [name, replacements] of Object.entries(FILES)) {
      const code = await readFile(path.join(source, 'integration', name), 'utf8');
      const changed = Object.entries(replacements).reduce((all, [from, to]) => all.replaceAll(from, to), code);
      await writeFile(path.join(folder, name), changed);
    }
    await writeFile(path.join(folder, 'go.mod'), `module integration\n\ngo 1.24.1\n\nrequire ${MODULE} ${VERSION}\n`);
    await go(folder, 'mod', 'tidy');
    await go(folder, 'test', '-c', '-tags', 'integration', '-o', binary, '.');
    return binary;
  },
  run: async (app, binary) => {
    app.api.chooseAnswer((request) => plausibleAnswer(request, [text(...ANSWER)]));
    const env = { OLLAMA_HOST: `127.0.0.1:${app.port}`, OLLAMA_TEST_EXISTING: '1', OLLAMA_TEST_DEFAULT_MODEL: MODEL };
    let passed = 0;
    const failures: string[] = [];
    for (const test of TESTS) {
      const pattern = test.split('/').map((name) => `^${name}$`);
      const { code, output } = await runSuiteCommand(app, binary, ['-test.v', '-test.run', pattern.join('/')], {
        cwd: path.dirname(binary),
        env,
      });
      // A test that skips itself has not passed.
      if (code === 0 && output.includes(`--- PASS: ${test} `)) passed += 1;
      else failures.push(`${test}: ${output.trim().slice(-1_000)}`);
    }
    return { passed, failures, skipped: Object.entries(NOT_RUN).map(([tests, reason]) => `${tests}: ${reason}`) };
  },
};

/** @returns the output of the command. @throws Error with the output if it fails or Go is not there */
async function go(cwd: string, ...args: string[]): Promise<string> {
  const { code, output } = await captureOutput('go', args, { cwd, timeoutMs: BUILD_TIMEOUT_MS });
  if (code !== 0) throw new Error(`go ${args.join(' ')} ended with ${code}:\n${output.slice(-3_000)}`);
  return output;
}
