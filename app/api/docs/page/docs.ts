/** Shows the API's description with Swagger UI, from which it can be tried out on this very server. */
import 'swagger-ui-dist/swagger-ui.css';
import './docs.css';
import SwaggerUI from 'swagger-ui-dist/swagger-ui-es-bundle.js';

SwaggerUI({
  dom_id: '#docs',
  url: '/openapi.json',
  deepLinking: true,
  docExpansion: 'list',
  defaultModelsExpandDepth: -1,
  tryItOutEnabled: true,
  // Its badge would be fetched from elsewhere.
  validatorUrl: null,
});
