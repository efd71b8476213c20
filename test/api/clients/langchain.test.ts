/** LangChain with three chat models. */
import { langchain } from './langchain';
import { testClients } from './testClients';

testClients(langchain);
