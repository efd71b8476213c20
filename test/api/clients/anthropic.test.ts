/** Anthropic's own package. */
import { anthropicSdk } from './anthropicSdk';
import { testClients } from './testClients';

testClients([anthropicSdk]);
