import { describe, expect, it } from 'vitest';
import { createRequestLog, type RequestLog } from '../../../renderer/state/requestLog';
import { requestRow } from '../../support/rendererDev/requestRow';

const rows = (...times: number[]) => times.map((at) => requestRow({ id: `r${at}`, at }));
const shownIds = (log: RequestLog) => Array.from({ length: log.count() }, (_, index) => log.row(index)?.id);

describe('the request log', () => {
  it('shows the newest request first, whatever order they come in', () => {
    const log = createRequestLog();
    log.upsert(rows(2, 3, 1));
    expect(shownIds(log)).toEqual(['r3', 'r2', 'r1']);
  });

  it('lets a row with a known id take the place of the one it holds', () => {
    const log = createRequestLog();
    log.upsert(rows(1, 2));
    log.upsert([requestRow({ id: 'r1', at: 1, phase: 'failed', status: 502 })]);
    expect(shownIds(log)).toEqual(['r2', 'r1']);
    expect(log.byId('r1')?.status).toBe(502);
  });

  it('drops the oldest rows at its capacity', () => {
    const log = createRequestLog(3);
    log.upsert(rows(1, 2, 3, 4, 5));
    expect(shownIds(log)).toEqual(['r5', 'r4', 'r3']);
    expect(log.byId('r1')).toBeUndefined();
    expect(log.indexOf('r3')).toBe(2);
  });

  it('puts older rows below and passes over those it holds', () => {
    const log = createRequestLog();
    log.upsert(rows(10, 11));
    expect(log.addOlder(rows(10, 9, 8))).toBe(2);
    expect(shownIds(log)).toEqual(['r11', 'r10', 'r9', 'r8']);
  });

  it('takes older rows beyond its capacity, until newer ones arrive', () => {
    const log = createRequestLog(3);
    log.upsert(rows(10, 11));
    expect(log.addOlder(rows(9, 8))).toBe(2);
    expect(shownIds(log)).toEqual(['r11', 'r10', 'r9', 'r8']);
    log.upsert(rows(12));
    expect(shownIds(log)).toEqual(['r12', 'r11', 'r10']);
  });

  it('passes over changes of rows that it has dropped, until they are loaded again', () => {
    const log = createRequestLog();
    log.upsert(rows(1, 2, 3, 4, 5));
    log.dropOldest(2);
    log.upsert(rows(2));
    expect(shownIds(log)).toEqual(['r5', 'r4', 'r3']);
    log.addOlder(rows(1, 2));
    log.upsert([requestRow({ id: 'r2', at: 2, status: 500 })]);
    expect(log.byId('r2')?.status).toBe(500);
  });

  it('keeps the rows of a test, with the filter and their order', () => {
    const log = createRequestLog();
    log.filter((row) => row.at !== 4);
    log.upsert(rows(1, 2, 3, 4, 5));
    log.keep((row) => row.at !== 2);
    expect(shownIds(log)).toEqual(['r5', 'r3', 'r1']);
    expect(log.indexOf('r1')).toBe(2);
  });

  it('adds and takes away a row whose change makes it pass the filter or not', () => {
    const log = createRequestLog();
    log.filter((row) => row.phase === 'failed');
    log.upsert(rows(1, 2, 3));
    expect(shownIds(log)).toEqual([]);
    log.upsert([requestRow({ id: 'r2', at: 2, phase: 'failed' })]);
    expect(shownIds(log)).toEqual(['r2']);
    log.upsert([requestRow({ id: 'r2', at: 2, phase: 'done' })]);
    expect(shownIds(log)).toEqual([]);
  });

  it('keeps the filter for rows that come later and for older ones', () => {
    const log = createRequestLog();
    log.upsert(rows(10));
    log.filter((row) => row.at % 2 === 0);
    log.upsert(rows(11, 12));
    log.addOlder(rows(9, 8));
    expect(shownIds(log)).toEqual(['r12', 'r10', 'r8']);
    expect(log.total()).toBe(5);
  });

  it('knows the index of a row after rows came, went and were filtered', () => {
    const log = createRequestLog(4);
    log.upsert(rows(1, 2, 3, 4));
    log.upsert(rows(5));
    log.filter((row) => row.at !== 4);
    expect(['r5', 'r3', 'r2'].map((id) => log.indexOf(id))).toEqual([0, 1, 2]);
    expect(log.indexOf('r4')).toBe(-1);
    expect(log.indexOf('r1')).toBe(-1);
  });

  it('keeps only the requests that still run when the ended ones are dropped', () => {
    const log = createRequestLog();
    log.upsert([...rows(1), requestRow({ id: 'live', at: 2, phase: 'streaming' })]);
    log.dropEnded();
    expect(shownIds(log)).toEqual(['live']);
    expect(log.indexOf('live')).toBe(0);
  });

  it('replaces all rows, and keeps the filter', () => {
    const log = createRequestLog();
    log.filter((row) => row.at !== 4);
    log.upsert(rows(1));
    log.replaceAll(rows(2, 3, 4, 5));
    expect(shownIds(log)).toEqual(['r5', 'r3', 'r2']);
    expect(log.all().map(({ id }) => id)).toEqual(['r2', 'r3', 'r4', 'r5']);
    expect(log.byId('r1')).toBeUndefined();
  });
});
