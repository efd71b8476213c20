/** The packages that speak Ollama's own dialect. */
import { llamaIndex } from './llamaIndex';
import { ollamaClient } from './ollama';
import { testClients } from './testClients';

testClients([ollamaClient, llamaIndex]);
