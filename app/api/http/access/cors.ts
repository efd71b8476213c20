/** The headers that let pages of allowed origins send requests and read the answers. */
import type { Request, Response } from 'express';

/** Lets a page of the origin read the answer. */
export function setCorsHeaders(res: Response, origin: string): void {
  res.setHeader('Access-Control-Allow-Origin', origin);
  res.setHeader('Access-Control-Expose-Headers', EXPOSED);
}

const EXPOSED = [
  'Retry-After',
  'X-Request-Id',
  'X-Claudacity-Version',
  'X-Claudacity-Conversation',
  'X-Claudacity-Path',
  'X-Claudacity-Ignored',
  'X-Claudacity-Estimate',
  // Anthropic's name for the request's id.
  'Request-Id',
].join(', ');

const METHODS = 'GET,POST,PUT,PATCH,DELETE,HEAD,OPTIONS';

/** Headers of the SDKs of OpenAI and Anthropic, which Stainless generates. */
const STAINLESS = [
  ...['arch', 'async', 'custom-poll-interval', 'helper-method', 'lang', 'os', 'package-version', 'poll-helper'],
  ...['retry-count', 'runtime', 'runtime-version', 'timeout'],
].map((name) => `x-stainless-${name}`);

const REQUEST_HEADERS = [
  ...['Authorization', 'Content-Type', 'User-Agent', 'Accept', 'X-Requested-With', 'OpenAI-Beta'],
  ...[
    'OpenAI-Organization',
    'OpenAI-Project',
    ...STAINLESS,
    'x-api-key',
    'api-key',
    'anthropic-version',
    'anthropic-beta',
  ],
  'anthropic-dangerous-direct-browser-access',
];

/** Headers that are allowed by their prefix. */
const REQUEST_HEADER_PREFIXES = /^x-(openwebui|claudacity|stainless)-[a-z0-9-]+$/i;

const PREFLIGHT_VALID_S = 12 * 60 * 60;

/**
 * Answers a preflight request from a page of an allowed origin. Chromium asks, too, whether a page of the internet may reach this computer (private
 * network access); other pages never get this answer.
 */
export function answerPreflight(req: Request, res: Response): void {
  const requested = req.headers['access-control-request-headers'] ?? '';
  if (req.headers['access-control-request-private-network'] === 'true') {
    res.setHeader('Access-Control-Allow-Private-Network', 'true');
  }
  const requestedNames = requested.split(',').map((name) => name.trim());
  const headers = [...REQUEST_HEADERS, ...requestedNames.filter((name) => REQUEST_HEADER_PREFIXES.test(name))];
  res.setHeader('Access-Control-Allow-Methods', METHODS);
  res.setHeader('Access-Control-Allow-Headers', [...new Set(headers)].join(', '));
  res.setHeader('Access-Control-Max-Age', String(PREFLIGHT_VALID_S));
  res.status(204).end();
}
