import { describe, expect, it } from 'vitest';
import { maskPrivate } from '../../../../app/core/report/maskPrivate';

const WORDS = { home: '/home/ana', names: ['ana', 'Phone of Ana', 'nas.example', 'Büro', ''] };
const masked = (text: string) => maskPrivate(text, WORDS);

describe('the report masks', () => {
  it.each([
    ['secret=cld_ab12CD34ef56GH78 end', 'secret=cld_… end'],
    ['key sk-ant-oat01-abcdefgh', 'key sk-…'],
    ['authorization: Bearer abc.def-ghi', 'authorization: Bearer …'],
    ['file=/home/ana/.local/bin/claude', 'file=~/.local/bin/claude'],
    ['/home/bob/x /Users/bob/y', '/home/…/x /Users/…/y'],
    ['C:\\Users\\bob\\x C:\\\\Users\\\\bob\\\\x', 'C:\\Users\\…\\x C:\\\\Users\\\\…\\\\x'],
    ['mail ana.b+c@mail.example.org!', 'mail …@…!'],
    ['key “Phone of Ana” of ANA in Büro', 'key “…” of … in …'],
    ['from 192.168.1.20:4711 and 10.0.0.7', 'from …:4711 and …'],
    ['peer fe80::1ff:fe23:4567:890a%eth0, 2001:db8::7', 'peer …, …'],
    ['GET https://user:pass@chat.example.org:8080/path?x', 'GET https://…/path?x'],
    ['http://nas.example and nas.example', 'http://… and …'],
  ])('%s', (text, expected) => {
    expect(masked(text)).toBe(expected);
  });

  it.each([
    '2026-11-27T05:41:12.482Z warn banana version 2.1.330',
    'http://127.0.0.1:22434 http://localhost:1/ https://api.anthropic.com/v1 0.0.0.0 ::1 ::',
    'claude 2.1.330, linux 6.18.44-x64',
  ])('nothing of: %s', (text) => {
    expect(masked(text)).toBe(text);
  });
});

it('masks a Windows home, as it is and within JSON', () => {
  const home = 'C:\\Users\\Ana B';
  const text = 'C:\\Users\\Ana B\\x "C:\\\\Users\\\\Ana B\\\\x" C:/Users/Ana B/x';
  expect(maskPrivate(text, { home, names: [] })).toBe('~\\x "~\\\\x" ~/x');
});
