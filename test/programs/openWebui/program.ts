/** Open WebUI in Debian's Chromium, a program for each of its connections. Besides a chat, it asks for its title, tags and follow-ups. */
import { type Browser, chromium } from 'playwright';
import { ensurePrograms } from '../../../build/setup/systemPackages.mjs';
import { gate, type MessagesApi, text, thinking, toolUse, usage } from '../../support/messagesApi';
import { pipInstall } from '../install';
import {
  type CaseResult,
  type Program,
  type ProgramEnv,
  REFUSED,
  received,
  refuseAll,
  stopInAnswer,
  wasServed,
  wasStreamed,
} from '../program';
import { ask, attachPicture, type ChatOptions, openChat, showsText, stopButton, usageShown } from './page';
import { type Connection, type OpenWebuiServer, startServer } from './server';

const VERSION = '0.12.4';

/** Where Debian's package puts it. */
const CHROMIUM = '/usr/bin/chromium';

const TOOL = {
  id: 'stock',
  name: 'Stock',
  meta: { description: 'Counts articles in stock' },
  content: `class Tools:
    def count(self, article: str) -> str:
        """
        Counts an article in stock.
        :param article: the article
        """
        return str(4700 + 11) + " " + article
`,
};

const TITLE = 'A polite greeting';
const FOLLOW_UP = 'And then what?';

/**
 * What the user adds to the model's parameters in Workspace → Models. As OpenAI's own API, the app sends thinking in a response
 * only on request.
 */
const PARAMETERS: Readonly<Record<Connection, object>> = {
  Ollama: {},
  'Chat Completions': {},
  Responses: { custom_params: { reasoning: { summary: 'auto' } } },
};

interface Running {
  readonly server: OpenWebuiServer;
  readonly browser: Browser;
}

interface Chat {
  readonly page: Awaited<ReturnType<typeof openChat>>;
  /** The case's environment, without the requests that Open WebUI sends beside the chat. */
  readonly env: ProgramEnv;
}

function programFor(connection: Connection): Program {
  const model = connection === 'Ollama' ? 'sonnet:latest' : 'sonnet';
  let running: Running | undefined;

  const inChat =
    (run: (chat: Chat, whole: ProgramEnv) => Promise<CaseResult>, options: ChatOptions = {}) =>
    async (env: ProgramEnv): Promise<CaseResult> => {
      if (running === undefined) throw new Error('Open WebUI has not been started');
      const { server, browser } = running;
      answerTasks(env.app.api);
      await server.connect(connection, env.proxy.port);
      const page = await openChat(browser, server, model, options);
      try {
        return await run({ page, env: withoutTasks(env) }, env);
      } finally {
        await page.context().close();
      }
    };

  return {
    name: `Open WebUI (${connection})`,
    version: VERSION,
    install: async (cache) => {
      await ensurePrograms({ chromium: 'chromium' }, 'Open WebUI is driven in a browser');
      return pipInstall(cache, 'open-webui', VERSION, 'open-webui');
    },
    start: async (command) => {
      const server = await startServer(command);
      try {
        // The first page would be covered by what is new in this version.
        await server.call('POST', '/api/v1/users/user/settings/update', { ui: { showChangelog: false } });
        await server.call('POST', '/api/v1/tools/create', TOOL);
        const settings = { id: model, name: model, meta: {}, params: PARAMETERS[connection] };
        await server.call('POST', '/api/v1/models/create', settings);
        const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
        running = { server, browser };
        return () => Promise.all([browser.close(), server.stop()]).then(() => {});
      } catch (error) {
        await server.stop();
        throw error;
      }
    },
    cases: {
      chat: inChat(async ({ page, env }, whole) => {
        env.app.api.answer(thinking('A greeting.'), text('Good ', 'day.'), usage({ input: 1234, output: 77 }));
        await ask(page, 'Hello?');
        const faults = [...(await showsText(page, 'Good day.'))];
        // These are the answers to its tasks. It shows the tags on another page.
        faults.push(...(await showsText(page, FOLLOW_UP)), ...(await showsText(page, TITLE)));
        await stopButton(page).waitFor({ state: 'hidden' });
        faults.push(...taskFaults(whole), ...tokenFaults(await usageShown(page)));
        await page.getByText(/^Thought\b/).click();
        faults.push(...(await showsText(page, 'A greeting.')));
        return [...faults, ...wasServed(env, 'new')];
      }),
      stream: inChat(async ({ page, env }) => {
        const halfway = gate();
        env.app.api.answer(text('Good '), halfway, text('day.'));
        await ask(page, 'Hello?');
        const faults = await showsText(page, /^Good\s*$/);
        halfway.open();
        return [...faults, ...(await showsText(page, 'Good day.')), ...wasStreamed(env)];
      }),
      followUp: inChat(async ({ page, env }) => {
        env.app.api.answer(thinking('What do they like?'), text('An apple.'));
        env.app.api.answer(text('Green.'));
        await ask(page, 'A fruit?');
        const faults = [...(await showsText(page, 'An apple.'))];
        await ask(page, 'Its colour?');
        faults.push(...(await showsText(page, 'Green.')), ...received(env, 'An apple.'));
        return [...faults, ...wasServed(env, 'new', 'live')];
      }),
      tools: inChat(
        async ({ page, env }) => {
          env.app.api.answer(text('Let me see.'), toolUse('count', { article: 'apples' }));
          env.app.api.answer(text('Enough.'));
          env.app.api.answer(text('Some.'));
          await ask(page, 'How many apples?');
          const faults = [...(await showsText(page, 'Enough.')), ...received(env, '4711 apples')];
          await ask(page, 'And pears?');
          faults.push(...(await showsText(page, 'Some.')));
          return [...faults, ...wasServed(env, 'new', 'live', 'live')];
        },
        { tool: TOOL.id },
      ),
      image: inChat(async ({ page, env }) => {
        env.app.api.answer(text('A dot.'));
        await attachPicture(page, env);
        await ask(page, 'What is in the picture?');
        return [...(await showsText(page, 'A dot.')), ...received(env, '"media_type":"image/')];
      }),
      stop: inChat(({ page, env }) =>
        stopInAnswer(env, async (begun) => {
          await ask(page, 'A long story?');
          await begun;
          await page.getByText('Once').waitFor();
          await stopButton(page).click();
        }),
      ),
      error: inChat(async ({ page, env }) => {
        refuseAll(env);
        await ask(page, 'Refuse me.');
        return showsText(page, REFUSED);
      }),
    },
  };
}

export const openWebuiOllama = programFor('Ollama');
export const openWebuiChat = programFor('Chat Completions');
export const openWebuiResponses = programFor('Responses');

/** All of Open WebUI's templates begin a heading so. */
function isTask(body: string): boolean {
  return body.includes('### Task:');
}

function answerTasks(api: MessagesApi): void {
  api.chooseAnswer(({ history }) => {
    const question = JSON.stringify(history);
    if (!isTask(question)) return undefined;
    if (question.includes('follow_ups')) return [text(JSON.stringify({ follow_ups: [FOLLOW_UP] }))];
    return [text(JSON.stringify(question.includes('"tags') ? { tags: ['Manners'] } : { title: TITLE }))];
  });
}

/** The environment as if Open WebUI had sent the requests of the chat alone. */
function withoutTasks({ app, proxy, ...rest }: ProgramEnv): ProgramEnv {
  const { api } = app;
  const requests = () => api.requests.filter(({ history }) => !isTask(JSON.stringify(history)));
  const chatApi: MessagesApi = {
    ...api,
    get requests() {
      return requests();
    },
    async waitForRequest(n) {
      for (let received = 1; ; received += 1) {
        await api.waitForRequest(received);
        const request = requests()[n - 1];
        if (request !== undefined) return request;
      }
    },
  };
  return {
    ...rest,
    app: { ...app, api: chatApi },
    proxy: {
      ...proxy,
      get exchanges() {
        return proxy.exchanges.filter(({ body }) => !isTask(body));
      },
    },
  };
}

/** Faults where the app has not recognised title, tags and follow-ups as tasks: short ones, and no part of a conversation. */
function taskFaults({ app }: ProgramEnv): CaseResult {
  const tasks = app.api.requests.filter(({ history }) => isTask(JSON.stringify(history)));
  const efforts = tasks.map(({ body }) => JSON.stringify(body.output_config));
  const faults = efforts.join() === Array(3).fill('{"effort":"low"}').join() ? [] : [`its tasks: ${efforts}`];
  const { length } = app.core.calls['conversations.list'](Number.POSITIVE_INFINITY, 100);
  return length === 1 ? faults : [...faults, `${length} conversations are stored`];
}

function tokenFaults(shown: string): CaseResult {
  return /input_tokens: 1234\b/.test(shown) && /output_tokens: 77\b/.test(shown) ? [] : [`the usage shown: ${shown}`];
}
