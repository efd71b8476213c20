/** Refused requests of the demo. */
import type { Knock } from '../../../app/shared/access/knocks';

export function demoKnocks(now: number): Knock[] {
  return [
    {
      ...{
        id: 'n1',
        address: '172.17.0.2',
        from: 'container',
        reason: 'noKey',
        value: '',
        client: 'Open WebUI',
        count: 14,
      },
      ...{ firstAt: now - 300_000, lastAt: now - 4_000, keyHelps: true },
      remedies: [
        { setting: 'trustContainers', value: true },
        { setting: 'keylessRanges', value: '172.17.0.2' },
      ],
    },
    {
      ...{ id: 'n2', address: '127.0.0.1', from: 'this computer', reason: 'origin', value: 'https://chat.example.org' },
      ...{ client: 'Chrome', count: 1, firstAt: now - 5_000_000, lastAt: now - 5_000_000, keyHelps: false },
      remedies: [{ setting: 'origins', value: 'https://chat.example.org' }],
    },
  ];
}
