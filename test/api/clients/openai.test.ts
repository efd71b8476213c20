/** OpenAI's own package with its three APIs. */
import { openaiChat } from './openaiChat';
import { openaiCompletions } from './openaiCompletions';
import { openaiResponses } from './openaiResponses';
import { testClients } from './testClients';

testClients([openaiChat, openaiResponses, openaiCompletions]);
