/** The usage of a day in the demo. */
import type { DayUsage } from '../../../app/shared/contract';
import { addUsage, NO_USAGE, type Usage } from '../../../app/shared/usage';
import { between } from './demoRandom';

export function emptyDay(): DayUsage {
  return {
    day: new Date().toISOString().slice(0, 10),
    requests: 0,
    failed: 0,
    billedUsd: 0,
    usage: NO_USAGE,
    models: [],
    clients: [],
    keys: [],
    hourly: Array.from({ length: 24 }, () => NO_USAGE),
  };
}

export function busyDay(): DayUsage {
  const hourly = Array.from({ length: 24 }, (_, hour): Usage => {
    const weight = hour < 8 || hour > 17 ? 0 : Math.sin(((hour - 7) / 11) * Math.PI) * (hour === 12 ? 0.35 : 1);
    return {
      input: Math.round(weight * between(9_000, 26_000)),
      cacheRead: Math.round(weight * between(70_000, 140_000)),
      cacheWrite: Math.round(weight * between(10_000, 32_000)),
      output: Math.round(weight * between(11_000, 34_000)),
      thinking: 0,
      costUsd: weight * 0.62,
    };
  });
  const total = hourly.reduce(addUsage);
  const part = (share: number, costUsd: number): Usage => ({
    input: Math.round(total.input * share),
    cacheRead: Math.round(total.cacheRead * share),
    cacheWrite: Math.round(total.cacheWrite * share),
    output: Math.round(total.output * share),
    thinking: 0,
    costUsd,
  });
  return {
    ...emptyDay(),
    requests: 342,
    failed: 9,
    usage: { ...total, costUsd: 4.37 },
    hourly,
    models: [
      { model: 'claude-sonnet-5-5', requests: 214, usage: part(0.62, 2.41) },
      { model: 'claude-opus-5', requests: 47, usage: part(0.29, 1.88) },
      { model: 'claude-haiku-5', requests: 81, usage: part(0.09, 0.08) },
    ],
    clients: [
      { client: 'Open WebUI', requests: 180, usage: part(0.55, 2.1) },
      { client: 'Continue', requests: 90, usage: part(0.3, 1.6) },
      { client: 'openai-python', requests: 62, usage: part(0.14, 0.6) },
      { client: 'curl', requests: 10, usage: { ...NO_USAGE, input: 4_200, output: 900 } },
    ],
  };
}
