/** Shows the OpenAPI document with Swagger UI, which can also send requests to this server. */
import 'swagger-ui-dist/swagger-ui.css';
import './docs.css';
import SwaggerUI from 'swagger-ui-dist/swagger-ui-es-bundle.js';
import { accessible } from './accessible';

// The page may be at `/k/KEY/docs`, and what it loads and sends then needs the key, too.
const specification = new URL(location.pathname.endsWith('/') ? '../openapi.json' : 'openapi.json', location.href);

// Swagger UI's own switch is a part of its top bar, which this page does not have.
const dark = matchMedia('(prefers-color-scheme: dark)');
const followSystem = () => document.documentElement.classList.toggle('dark-mode', dark.matches);
dark.addEventListener('change', followSystem);
followSystem();

SwaggerUI({
  dom_id: '#docs',
  url: specification.href,
  deepLinking: true,
  docExpansion: 'list',
  defaultModelsExpandDepth: -1,
  tryItOutEnabled: true,
  // The validator's badge would be loaded from another host.
  validatorUrl: null,
  plugins: [accessible],
  syntaxHighlight: { theme: 'obsidian' },
});
