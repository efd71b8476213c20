import { expect, test } from 'vitest';
import { isLoopback } from '../../../../../app/api/http/access/networks';

test.each(['127.0.0.1', '127.8.9.10', '::1'])('%s is a loopback address', (address) => {
  expect(isLoopback(address)).toBe(true);
});

test.each(['192.168.1.5', '10.0.0.1', '::2', '::127.0.0.1', 'fe80::1', '', '128.0.0.1'])(
  '%s is not a loopback address',
  (address) => {
    expect(isLoopback(address)).toBe(false);
  },
);
