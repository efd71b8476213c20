import { describe, expect, test } from 'vitest';
import { parseCommandLine } from '../../../app/desktop/commandLine';

describe('parseCommandLine', () => {
  test('takes the first number as the port', () => {
    expect(parseCommandLine(['electron', '--no-sandbox', '/src', '22435', '1']).port).toBe('22435');
  });

  test('finds no port in options and paths that contain digits', () => {
    expect(parseCommandLine(['electron', '--inspect=0', '/opt/app2', '--remote-debugging-port=9']).port).toBe(
      undefined,
    );
  });

  test('starts without a window at login', () => {
    expect(parseCommandLine(['claudacity', '--hidden']).hidden).toBe(true);
  });

  test('starts with a window otherwise', () => {
    expect(parseCommandLine(['claudacity']).hidden).toBe(false);
  });
});
