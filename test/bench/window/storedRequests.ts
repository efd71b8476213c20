/** A database with many requests, as some weeks of use leave it. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { ChatRequest } from '../../../app/chat/request';
import { openDatabase } from '../../../app/store/database';
import { openJournal } from '../../../app/store/sqliteJournal';
import { recordingLog } from '../../support/recordingLog';
import { testRequestTexts } from '../../support/requestTexts';

/** What is searched for: frequent, rare, the start of a word, and what nobody wrote. */
export const SEARCHES = ['harbour', 'lighthouse 77777', 'ollama', 'harb', 'nobody wrote this'] as const;

const CLIENTS = ['Open WebUI', 'ollama-js', 'Continue', 'openai-python', 'curl'];
const MODELS = ['sonnet', 'opus', 'haiku'];

const QUESTION = 'Say in some sentences how one gets there from the station, and when it is open. '.repeat(4);
const ANSWER = 'Take the road along the quay, past the market and the old crane, and up the stairs. '.repeat(8);

function chatRequest(question: string): ChatRequest {
  const messages = [{ role: 'user' as const, content: [{ type: 'text' as const, text: question }] }];
  return { model: 'sonnet', system: '', messages, client: 'bench', thinking: false, owner: '' };
}

/** @param dataDir the app's data folder. */
export async function fillDatabase(dataDir: string, count: number): Promise<void> {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const log = recordingLog();
  const database = openDatabase(path.join(dataDir, 'claudacity.db'), log);
  let at = Date.now() - count * 10_000;
  const now = () => at;
  const journal = openJournal({
    database,
    log,
    now,
    maxRequests: count,
    requestTexts: testRequestTexts(database, log, { now }),
  });
  for (let number = 0; number < count; number += 1) {
    at += 10_000;
    const record = journal.begin({
      client: CLIENTS[number % CLIENTS.length] ?? '',
      address: '127.0.0.1',
      dialect: 'ollama',
      method: 'POST',
      path: '/api/chat',
      model: MODELS[number % MODELS.length] ?? '',
      stream: true,
      userAgent: 'bench',
    });
    record.change({ messages: 1, served: 'new', resolvedModel: 'claude-sonnet-5-5' });
    record.ask(chatRequest(`Where is the lighthouse ${number}? ${QUESTION}`));
    record.answer(0, { type: 'text', text: `It stands at the harbour ${number % 97}. ${ANSWER}` });
    record.end({ status: 200, phase: 'done' });
    // Its writes are made in between.
    if (number % 1000 === 999) await new Promise((resolve) => setTimeout(resolve, 110));
  }
  await journal.close();
  await database.close();
}
