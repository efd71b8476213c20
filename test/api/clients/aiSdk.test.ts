/** The AI SDK with four providers. */
import { aiSdk } from './aiSdk';
import { testClients } from './testClients';

testClients(aiSdk);
