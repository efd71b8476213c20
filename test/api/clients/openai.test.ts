/** OpenAI's own package, in the three ways in which it can ask. */
import { openaiChat } from './openaiChat';
import { openaiCompletions } from './openaiCompletions';
import { openaiResponses } from './openaiResponses';
import { testClients } from './testClients';

testClients([openaiChat, openaiResponses, openaiCompletions]);
