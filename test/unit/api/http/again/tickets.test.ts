/** The tickets with which the app sends a request again. */
import { expect, test } from 'vitest';
import { createTickets } from '../../../../../app/api/http/again/tickets';

const ticket = { key: null, onAdmitted: () => {} };

test('a ticket is valid once', () => {
  const tickets = createTickets();
  const value = tickets.issue(ticket);
  expect(value).toHaveLength(43);
  expect(tickets.take(value)).toBe(ticket);
  expect(tickets.take(value)).toBeUndefined();
});

test('a ticket is valid for ten seconds', () => {
  let time = 0;
  const tickets = createTickets(() => time);
  const [first, second] = [tickets.issue(ticket), tickets.issue(ticket)];
  time = 10_000;
  expect(tickets.take(first)).toBe(ticket);
  time = 10_001;
  expect(tickets.take(second)).toBeUndefined();
});

test('nothing else is a ticket', () => {
  const tickets = createTickets();
  const value = tickets.issue(ticket);
  for (const other of [undefined, '', [value], value.slice(1), `${value} `])
    expect(tickets.take(other)).toBeUndefined();
  tickets.revoke(value);
  expect(tickets.take(value)).toBeUndefined();
});
