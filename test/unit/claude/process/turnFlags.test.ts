/** Which control requests set the flags of a turn. test/api/tools.test.ts and test/api/withoutThinking.test.ts show what the CLI does with them. */
import { describe, expect, test } from 'vitest';
import { flagRequests, flagsWithinTurn } from '../../../../app/claude/process/turnFlags';

describe('flagRequests', () => {
  test('returns no request where the flags are equal', () => {
    const flags = { effort: 'high', maxTokens: 5, extraBody: { temperature: 0 }, thinking: 'shown' } as const;

    expect(flagRequests({}, {})).toEqual([]);
    expect(flagRequests(flags, { ...flags })).toEqual([]);
    expect(flagRequests({}, { thinking: 'hidden' })).toEqual([]);
  });

  test('sets only what has changed', () => {
    const current = { effort: 'high', maxTokens: 5 };

    expect(flagRequests(current, { ...current, extraBody: { temperature: 0 } })).toEqual([
      { subtype: 'apply_flag_settings', settings: { env: { CLAUDE_CODE_EXTRA_BODY: '{"temperature":0}' } } },
    ]);
  });

  test('resets flags that are no longer set', () => {
    expect(flagRequests({ effort: 'high', maxTokens: 5, thinking: 'shown' }, {})).toEqual([
      {
        subtype: 'apply_flag_settings',
        settings: { effortLevel: null, env: { CLAUDE_CODE_MAX_OUTPUT_TOKENS: '' } },
      },
      { subtype: 'set_max_thinking_tokens', max_thinking_tokens: null, thinking_display: null },
    ]);
  });

  test.each([
    ['shown', 16_000, 'summarized'],
    ['off', 0, null],
  ] as const)('thinking %s has a maximum of %i tokens and the display %s', (thinking, max, display) => {
    expect(flagRequests({}, { thinking })).toEqual([
      { subtype: 'set_max_thinking_tokens', max_thinking_tokens: max, thinking_display: display },
    ]);
  });
});

describe('flagsWithinTurn', () => {
  test('moves a changed token limit and effort into the request body', () => {
    expect(flagsWithinTurn({ maxTokens: 5, effort: 'low' }, { maxTokens: 7, effort: 'high' }).extraBody).toEqual({
      max_tokens: 7,
      output_config: { effort: 'high' },
    });
  });

  test('adds nothing to the request body where they have not changed', () => {
    const flags = { maxTokens: 5, effort: 'low' };

    expect(flagsWithinTurn(flags, flags).extraBody).toBeUndefined();
    expect(flagsWithinTurn(flags, { ...flags, extraBody: { temperature: 0 } }).extraBody).toEqual({ temperature: 0 });
  });
});
