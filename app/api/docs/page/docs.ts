/** Shows the OpenAPI document with Swagger UI, which can also send requests to this server. */
import 'swagger-ui-dist/swagger-ui.css';
import './docs.css';
import SwaggerUI from 'swagger-ui-dist/swagger-ui-es-bundle.js';

// The page may be at `/k/KEY/docs`, and what it loads and sends then needs the key, too.
const specification = new URL(location.pathname.endsWith('/') ? '../openapi.json' : 'openapi.json', location.href);

SwaggerUI({
  dom_id: '#docs',
  url: specification.href,
  deepLinking: true,
  docExpansion: 'list',
  defaultModelsExpandDepth: -1,
  tryItOutEnabled: true,
  // The validator's badge would be loaded from another host.
  validatorUrl: null,
});
