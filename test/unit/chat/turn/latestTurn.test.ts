import { describe, expect, it } from 'vitest';
import { createLatestTurn } from '../../../../app/chat/turn/latestTurn';

const QUESTION = [{ role: 'user', content: [{ type: 'text', text: 'a' }] }] as const;

describe('a turn that runs', () => {
  it('has text and thinking in one part as long as they follow each other', () => {
    const turn = createLatestTurn(0, QUESTION);
    for (const text of ['a', 'b']) turn.add({ type: 'thinking', text });
    for (const text of ['c', 'd']) turn.add({ type: 'text', text });
    expect(turn.answer()).toEqual([
      { kind: 'thinking', text: 'ab' },
      { kind: 'text', text: 'cd' },
    ]);
  });

  it('has the arguments of a call as they come, and formatted once they are complete', () => {
    const turn = createLatestTurn(0, QUESTION);
    turn.add({ type: 'tool_call', index: 0, id: 't', name: 'read' });
    turn.add({ type: 'tool_input', index: 0, json: '{"a"' });
    expect(turn.answer()).toEqual([{ kind: 'tool_call', id: 't', name: 'read', input: '{"a"', done: false }]);
    turn.add({ type: 'tool_end', index: 0, id: 't', name: 'read', input: { a: 1 } });
    expect(turn.answer()).toEqual([{ kind: 'tool_call', id: 't', name: 'read', input: '{\n  "a": 1\n}', done: true }]);
  });

  it('forgets what is retracted', () => {
    const turn = createLatestTurn(0, QUESTION);
    turn.add({ type: 'text', text: 'wrong' });
    turn.add({ type: 'retract' });
    expect(turn.answer()).toEqual([]);
  });

  it('has another version after each change, and none that another turn has had', () => {
    const first = createLatestTurn(0, QUESTION);
    const versions = [first.version];
    first.add({ type: 'text', text: 'a' });
    versions.push(first.version);
    first.add({ type: 'question_sent', queuedMs: 0 });
    expect(first.version).toBe(versions[1]);
    versions.push(createLatestTurn(0, QUESTION).firstVersion);
    first.add({ type: 'text', text: 'b' });
    versions.push(first.version);
    expect(new Set(versions).size).toBe(4);
    expect(versions).toEqual(versions.toSorted((a, b) => a - b));
  });

  it('that has failed is broken', () => {
    const turn = createLatestTurn(0, QUESTION);
    turn.breakOff();
    expect(turn.state).toBe('broken');
  });

  it('does not hand out parts that change later', () => {
    const turn = createLatestTurn(0, QUESTION);
    turn.add({ type: 'text', text: 'a' });
    const before = turn.answer();
    turn.add({ type: 'text', text: 'b' });
    expect(before).toEqual([{ kind: 'text', text: 'a' }]);
  });
});
