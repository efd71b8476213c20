import { describe, expect, it } from 'vitest';
import type { Bridge, CallArguments, CallName, CallResult, StoredConversation } from '../../../app/shared/contract';
import { conversationTitle } from '../../../renderer/history/conversationTitle';
import { splitMessage } from '../../../renderer/history/splitMessage';
import { searchStored, storedRows } from '../../../renderer/history/storedSearch';
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

describe('the search of the history', () => {
  const rows = [
    storedConversation({ id: 'a', title: 'Borrow checker', client: 'Open WebUI', model: 'claude-opus-5' }),
    storedConversation({ id: 'b', title: 'Dinner', client: 'curl', name: 'family' }),
  ];
  const found = (words: string) => searchStored(rows, words).map(({ id }) => id);

  it('finds what has every word in its title, client, name or model', () => {
    expect([found('BORROW opus'), found('open'), found('family'), found('borrow curl')]).toEqual([
      ['a'],
      ['a'],
      ['b'],
      [],
    ]);
  });

  it('leaves the list as it is where no word is typed', () => {
    expect(searchStored(rows, '  ')).toBe(rows);
  });

  it('leaves a list that knows where each is', () => {
    const list = storedRows(rows);
    expect([list.count(), list.indexOf('b'), list.row(1)?.id, list.indexOf('x')]).toEqual([2, 1, 'b', -1]);
  });
});

describe('the title of a conversation', () => {
  it.each([
    [{ title: 'Why?', name: 'n' }, 'Why?', false],
    [{ title: '', name: 'n' }, 'n', false],
    [{ title: '', client: 'curl' }, 'Conversation of curl', true],
  ])('of %o is %s', (known, text, generated) => {
    expect(conversationTitle(storedConversation(known))).toEqual({ text, generated });
  });
});

describe('a message', () => {
  it('is prose and code, without the fences', () => {
    expect(splitMessage('Do this:\n```sh\nls\n\nls -l\n```\n\nThen that.')).toEqual([
      { kind: 'prose', text: 'Do this:' },
      { kind: 'code', text: 'ls\n\nls -l' },
      { kind: 'prose', text: 'Then that.' },
    ]);
  });

  it('is code to its end where a fence is not closed', () => {
    expect(splitMessage('```\nlet a')).toEqual([{ kind: 'code', text: 'let a' }]);
  });

  it('keeps its own line breaks and what merely has backticks', () => {
    expect(splitMessage('a `b`\n\n c ```d``` e')).toEqual([{ kind: 'prose', text: 'a `b`\n\n c ```d``` e' }]);
  });

  it('that is empty has no pieces', () => {
    expect(splitMessage('\n')).toEqual([]);
  });
});
