import { describe, expect, it } from 'vitest';
import type {
  Bridge,
  CallArguments,
  CallName,
  CallResult,
  ConversationRow,
  SaidMessage,
  SaidPart,
  StoredConversation,
} from '../../../app/shared/contract';
import { NO_USAGE } from '../../../app/shared/usage';
import { conversationEntries, conversationEntry } from '../../../renderer/history/conversationEntry';
import { listRows } from '../../../renderer/history/list/listRows';
import { markedPieces } from '../../../renderer/history/list/markedPieces';
import { readerMessages } from '../../../renderer/history/reader/readerMessages';
import type { FollowedTurn } from '../../../renderer/history/reader/useLiveTurn';
import { passesSearch } from '../../../renderer/history/search/useSearch';
import { createStoredConversations } from '../../../renderer/state/storedConversations';
import { storedConversation } from '../../support/rendererDev/storedConversation';

const used = (...times: number[]) => times.map((usedAt) => storedConversation({ id: `c${usedAt}`, usedAt }));

/** The app's end of the bridge: its stored conversations can be changed, and it can fail. */
function app(stored: StoredConversation[], pageSize = 2) {
  const requestedBefore: number[] = [];
  const state = { stored, fault: null as Error | null };
  const bridge: Bridge = {
    async call<N extends CallName>(name: N, ...args: CallArguments<N>) {
      if (name !== 'conversations.list') throw new Error(`unexpected: ${name}`);
      if (state.fault) throw state.fault;
      const [before, limit] = args as CallArguments<'conversations.list'>;
      requestedBefore.push(before);
      const newestFirst = state.stored.toSorted((a, b) => b.usedAt - a.usedAt);
      return newestFirst.filter(({ usedAt }) => usedAt < before).slice(0, limit) as CallResult<N>;
    },
    subscribe: () => () => undefined,
  };
  const conversations = createStoredConversations(bridge, pageSize);
  return { state, requestedBefore, conversations, ids: () => conversations.state().rows.map(({ id }) => id) };
}

describe('the stored conversations', () => {
  it('come batch by batch, newest first, until there are no more', async () => {
    const { conversations, ids } = app(used(5, 4, 3));
    await conversations.refresh();
    expect([ids(), conversations.state().older]).toEqual([['c5', 'c4'], 'more']);
    await conversations.loadOlder();
    await conversations.loadOlder();
    expect([ids(), conversations.state().older]).toEqual([['c5', 'c4', 'c3'], 'end']);
  });

  it('include all that were last used in the same millisecond', async () => {
    const twins = ['a', 'b', 'c'].map((id, index) => storedConversation({ id, usedAt: index === 0 ? 8 : 7 }));
    const { conversations, ids } = app([...twins, ...used(6)], 3);
    await conversations.refresh();
    while (conversations.state().older === 'more') await conversations.loadOlder();
    expect(ids()).toEqual(['a', 'b', 'c', 'c6']);
  });

  it('have one that was used again at the top, once', async () => {
    const { state, conversations, ids } = app(used(5, 4, 3));
    await conversations.refresh();
    await conversations.loadOlder();
    state.stored = [...used(5, 4), storedConversation({ id: 'c3', usedAt: 6 })];
    await conversations.refresh();
    expect(ids()).toEqual(['c3', 'c5', 'c4']);
  });

  it('are replaced where the newest batch no longer meets the loaded ones', async () => {
    const { state, conversations, ids } = app(used(5, 4, 3));
    await conversations.refresh();
    await conversations.loadOlder();
    state.stored = used(9, 8, 7, 6, 5, 4, 3);
    await conversations.refresh();
    expect([ids(), conversations.state().older]).toEqual([['c9', 'c8'], 'more']);
  });

  it('are requested once, however often a refresh is asked for meanwhile', async () => {
    const { requestedBefore, conversations } = app(used(5));
    await Promise.all([conversations.refresh(), conversations.refresh(), conversations.refresh()]);
    expect(requestedBefore).toHaveLength(1);
  });

  it('are loaded as far back as the one that is searched may be', async () => {
    const { conversations, ids } = app(used(9, 8, 7, 6, 5, 4));
    await conversations.find('c6', 5);
    expect(ids()).toEqual(['c9', 'c8', 'c7', 'c6']);
    await conversations.find('gone', 6);
    expect(ids()).toEqual(['c9', 'c8', 'c7', 'c6', 'c5']);
  });

  it('stay loaded, with the reason, where more cannot be loaded', async () => {
    const { state, conversations, ids } = app(used(5, 4, 3));
    await conversations.refresh();
    state.fault = new Error('The disk is gone');
    await conversations.loadOlder();
    expect([ids(), conversations.state().failure]).toEqual([['c5', 'c4'], 'The disk is gone']);
    expect(conversations.state().older).toBe('more');
  });

  it('no longer include one that was deleted', async () => {
    const { conversations, ids } = app(used(5, 4));
    await conversations.refresh();
    conversations.drop('c5');
    expect([ids(), conversations.byId('c5')]).toEqual([['c4'], undefined]);
  });
});

const liveRow = (row: Partial<ConversationRow> = {}): ConversationRow => ({
  id: 'live',
  client: 'curl',
  keyId: '',
  keyName: '',
  model: 'claude-sonnet-5-5',
  title: 'Why?',
  phase: 'idle',
  turns: 1,
  usage: NO_USAGE,
  startedAt: 0,
  lastUsedAt: 0,
  pid: 1,
  expiresAt: null,
  ...row,
});

describe('the title of a conversation', () => {
  it.each([
    [{ ownTitle: 'Mine', title: 'Why?', name: 'n' }, 'Mine', false],
    [{ title: 'Why?', name: 'n' }, 'Why?', false],
    [{ title: '', name: 'n' }, 'n', false],
    [{ title: '', client: 'curl', createdAt: new Date(2026, 0, 2, 14, 5, 9).getTime() }, 'curl, Jan 2 14:05', true],
  ])('of %o is %s', (known, title, isGenerated) => {
    expect(conversationEntry(null, storedConversation(known))).toMatchObject({ title, isGenerated });
  });

  it('of a live one that is not stored is that of its first question', () => {
    expect(conversationEntry(liveRow(), null)).toMatchObject({ title: 'Why?', isGenerated: false, phase: 'idle' });
  });
});

describe('the list of conversations', () => {
  const now = new Date(2026, 10, 27, 12).getTime();
  const ago = (days: number) => new Date(2026, 10, 27 - days, 11).getTime();

  it('has each once, live ones first, and those that were used last on top', () => {
    const live = [liveRow({ id: 'a', lastUsedAt: 5 }), liveRow({ id: 'b', lastUsedAt: 9 })];
    const stored = [storedConversation({ id: 'c', usedAt: 7 }), storedConversation({ id: 'a', usedAt: 5 })];
    expect(conversationEntries(live, stored).map(({ id, phase }) => [id, phase])).toEqual([
      ['b', 'idle'],
      ['a', 'idle'],
      ['c', null],
    ]);
  });

  it('has headings by local days, and none of an empty group', () => {
    const stored = [0, 1, 3, 6, 7, 40].map((days) => storedConversation({ id: `d${days}`, usedAt: ago(days) }));
    const { rows, rowOf } = listRows(conversationEntries([liveRow()], stored), now);
    expect(rows.map((row) => (row.kind === 'heading' ? row.label : row.entry.id))).toEqual([
      ...['Live', 'live', 'Today', 'd0', 'Yesterday', 'd1', 'This week', 'd3', 'd6', 'Older', 'd7', 'd40'],
    ]);
    expect(rowOf.get('d3')).toBe(7);
  });
});

describe('the search of live conversations', () => {
  const search = (change: Partial<Record<'words' | 'client' | 'model', string>>) =>
    passesSearch(liveRow({ title: 'Borrow checker', client: 'Open WebUI', model: 'claude-opus-5' }), {
      ...{ words: '', client: '', model: '' },
      ...change,
    });

  it('passes those that have every word, and the client and model that were chosen', () => {
    expect([search({ words: 'BORROW opus' }), search({ words: 'borrow curl' })]).toEqual([true, false]);
    expect([search({ client: 'Open WebUI' }), search({ client: 'curl' }), search({ model: 'x' })]).toEqual([
      ...[true, false, false],
    ]);
  });
});

describe('the words of a search in an excerpt', () => {
  it.each([
    ['In Bergen it rains', 'BERGEN rain', ['In ', 'Bergen', ' it ', 'rain', 's']],
    ['a.b (c)', '. (c', ['a', '.', 'b ', '(c', ')']],
    ['raining', 'rain raining', ['', 'raining', '']],
    ['Größe', 'größe', ['', 'Größe', '']],
    ['as it is', ' ', ['as it is']],
  ])('%j with %j is %j', (text, words, pieces) => {
    expect(markedPieces(text, words)).toEqual(pieces);
  });
});

describe('what the reader shows', () => {
  const said = (role: 'user' | 'assistant', ...parts: SaidPart[]): SaidMessage => ({ role, parts });
  const text = (written: string): SaidPart => ({ kind: 'text', text: written });
  const call: SaidPart = { kind: 'tool_call', id: 't', name: 'read', input: '{}', done: true };
  const result: SaidPart = { kind: 'tool_result', id: 't', isError: false, text: 'r' };
  const turn: FollowedTurn = {
    version: 1,
    earlierMessages: 2,
    question: [said('user', text('next'))],
    answer: [text('so far')],
    state: 'running',
  };
  const stored = [said('user', text('a')), said('assistant', text('b'))];

  it('is the stored messages and the running turn', () => {
    const { messages } = readerMessages(stored, turn);
    expect(messages.map(({ parts, streaming }) => [parts[0], streaming])).toEqual([
      [text('a'), false],
      [text('b'), false],
      [text('next'), false],
      [text('so far'), true],
    ]);
  });

  it('ends where the running turn has gone on from an earlier message', () => {
    const { messages } = readerMessages([...stored, ...stored], turn);
    expect(messages.map(({ key }) => key)).toEqual(['0', '1', '2', '3']);
  });

  it('has results of tools with their calls, and others by themselves', () => {
    const withCall = readerMessages([said('user', text('a')), said('assistant', call), said('user', result)], null);
    expect(withCall.messages.map(({ key }) => key)).toEqual(['0', '1']);
    expect(withCall.results.get('t')).toBe(result);
    expect(readerMessages([said('user', result)], null).messages).toHaveLength(1);
  });

  it('says that an answer has broken off, and how many earlier messages are not stored', () => {
    const { messages, missing } = readerMessages(null, { ...turn, state: 'broken' });
    expect([messages.at(-1)?.broken, missing]).toEqual([true, 2]);
  });
});
