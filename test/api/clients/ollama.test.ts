/** The packages that use Ollama's own API. */
import { llamaIndex } from './llamaIndex';
import { ollamaClient } from './ollama';
import { testClients } from './testClients';

testClients([ollamaClient, llamaIndex]);
