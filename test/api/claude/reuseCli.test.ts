/** What the CLI does where one process serves several conversations: without the app's code for its protocol. */
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { httpError, type RecordedRequest } from '../../support/messagesApi';
import { comparable, differences } from '../../support/reuse/sentRequests';
import { type RawCli, type RawCliTest, startRawCliTest } from './rawCli';

const QUESTION = 'Where is the harbour?';
const SYSTEM = 'You keep the log.';

let rig: RawCliTest;

beforeAll(async () => {
  rig = await startRawCliTest();
});

afterEach(() => rig.endTest());

afterAll(() => rig.stop());

async function start(): Promise<RawCli> {
  const cli = rig.start({ reusable: true });
  await cli.request({ subtype: 'initialize', systemPrompt: [SYSTEM] });
  await cli.request({ subtype: 'set_model', model: 'sonnet' });
  return cli;
}

/** Asks with a uuid, which it returns. */
async function ask(cli: RawCli, content: unknown, fields: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const uuid = randomUUID();
  await cli.ask(content, { uuid, ...fields });
  return uuid;
}

const rewind = (cli: RawCli, target: string, last: string, fields: Readonly<Record<string, unknown>> = {}) =>
  cli.request({
    subtype: 'rewind_conversation',
    target_message_uuid: target,
    last_seen_user_message_uuid: last,
    ...fields,
  });

function greet(cli: RawCli): void {
  const message = { role: 'assistant', content: [{ type: 'text', text: 'Welcome.' }], id: `msg_${randomUUID()}` };
  cli.send({ type: 'assistant', message });
}

function lastRequest(): RecordedRequest | undefined {
  return rig.api.requests.at(-1);
}

/** All texts but the CLI's notes, some of which 2.1.280 has within the user's message. */
function texts(): unknown[] {
  const all = lastRequest()?.history.flatMap(({ content }) => content.map(({ text }) => text)) ?? [];
  return all.filter((text) => !String(text).startsWith('<system-reminder>'));
}

describe('`rewind_conversation`', () => {
  test('removes the target and all that follows it', async () => {
    const cli = await start();
    const first = await ask(cli, 'one');
    const second = await ask(cli, 'two');
    const third = await ask(cli, 'three');

    expect(await rewind(cli, second, third)).toMatchObject({
      rewound: true,
      precedingAssistantUuid: expect.any(String),
    });
    const fourth = await ask(cli, 'four');
    expect(texts()).toEqual(['one', 'OK', 'four']);

    expect(await rewind(cli, first, fourth)).toMatchObject({ rewound: true, precedingAssistantUuid: null });
    await ask(cli, 'five');
    expect(texts()).toEqual(['five']);
  });

  test('leaves the model’s message ahead of the target, and names it', async () => {
    const cli = await start();
    greet(cli);
    const first = await ask(cli, 'one');

    expect(await rewind(cli, first, first)).toMatchObject({
      rewound: true,
      precedingAssistantUuid: expect.any(String),
    });
    await ask(cli, 'two');
    expect(texts()).toEqual(['Welcome.', 'two']);
  });

  test('removes a greeting with an empty message ahead of it', async () => {
    const cli = await start();
    const anchor = await ask(cli, [], { shouldQuery: false });
    greet(cli);
    const first = await ask(cli, 'one');
    expect(texts()).toEqual(['Welcome.', 'one']);

    expect(await rewind(cli, anchor, first)).toMatchObject({ rewound: true, precedingAssistantUuid: null });
    await ask(cli, 'two');
    expect(texts()).toEqual(['two']);
  });

  test('is refused, and changes nothing, where the last message is not the one that is named', async () => {
    const cli = await start();
    const first = await ask(cli, 'one');
    const second = await ask(cli, 'two');

    expect(await rewind(cli, first, first)).toMatchObject({ rewound: false, reason: expect.any(String) });
    expect(await rewind(cli, randomUUID(), second)).toMatchObject({ rewound: false, reason: 'target_not_found' });
    await ask(cli, 'three');
    expect(texts()).toEqual(['one', 'OK', 'two', 'OK', 'three']);
  });
});

test('an empty message ahead of a conversation changes its requests only in the suffix of the CLI’s version', async () => {
  const plain = await start();
  greet(plain);
  await ask(plain, QUESTION);
  const anchored = await start();
  await ask(anchored, [], { shouldQuery: false });
  greet(anchored);
  await ask(anchored, QUESTION);

  const [one, other] = rig.api.requests.map(comparable);
  const suffix = /(x-anthropic-billing-header: cc_version=[\d.]+)\.\w+/;
  const [request, expected] = [one, other].flatMap((sent) => {
    expect(sent?.body).toMatch(suffix);
    return sent ? [{ ...sent, body: sent.body.replace(suffix, '$1') }] : [];
  });
  expect(differences(request ? [request] : [], expected ? [expected] : [])).toEqual([]);
});

test('a message with a uuid that was seen before is dropped, even after a rewind', async () => {
  const cli = await start();
  const uuid = await ask(cli, 'one');
  await rewind(cli, uuid, uuid);
  const before = rig.api.requests.length;

  cli.send({ type: 'user', uuid, message: { role: 'user', content: 'two' }, client_composed: true });
  await ask(cli, 'three');

  expect(rig.api.requests).toHaveLength(before + 1);
  expect(texts()).toEqual(['three']);
});

describe('`set_model` in an empty process', () => {
  test('sets the system prompt, too', async () => {
    const cli = await start();
    const first = await ask(cli, 'one');
    await rewind(cli, first, first);

    await cli.request({ subtype: 'set_model', model: 'haiku', system_prompt: 'You sell boats.' });
    await ask(cli, 'two');

    expect(lastRequest()?.system).toEqual(['You sell boats.']);
    expect(lastRequest()?.body.model).toContain('haiku');
    expect(texts()).toEqual(['two']);
  });

  test('without a system prompt leaves it, without a model returns to the default, and an empty system prompt changes nothing', async () => {
    const cli = rig.start({ reusable: true });
    await cli.request({ subtype: 'initialize', systemPrompt: [SYSTEM] });
    const first = await ask(cli, 'one');
    const defaultModel = lastRequest()?.body.model;
    await rewind(cli, first, first);
    await cli.request({ subtype: 'set_model', model: defaultModel?.includes('haiku') ? 'sonnet' : 'haiku' });
    const second = await ask(cli, 'two');
    expect(lastRequest()?.body.model).not.toBe(defaultModel);
    expect(lastRequest()?.system).toEqual([SYSTEM]);
    await rewind(cli, second, second);

    await cli.request({ subtype: 'set_model', system_prompt: '' }).catch(() => {});
    await cli.request({ subtype: 'set_model' });
    await ask(cli, 'three');

    expect(lastRequest()?.body.model).toBe(defaultModel);
    expect(lastRequest()?.system).toEqual([SYSTEM]);
  });
});

test('a 400 that the CLI resends, and that the API then answers, has no line in the turn', async () => {
  const askAnew = async () => {
    const cli = await start();
    const from = cli.lines.length;
    await cli.ask(QUESTION);
    return { cli, lines: cli.lines.slice(from).map(({ type, subtype }) => [type, subtype]) };
  };
  const plain = await askAnew();
  const before = rig.api.requests.length;
  rig.api.answer(httpError(400, 'invalid_request_error', 'scripted'));
  const resent = await askAnew();

  const [first, second] = rig.api.requests.slice(before);
  // 2.1.280 does not resend it.
  if (second === undefined) return;
  expect(resent.lines).toEqual(plain.lines);
  expect(second.headers['anthropic-beta']).not.toBe(first?.headers['anthropic-beta']);
  await ask(resent.cli, 'two');
  expect(lastRequest()?.headers['anthropic-beta']).toBe(second.headers['anthropic-beta']);
});
