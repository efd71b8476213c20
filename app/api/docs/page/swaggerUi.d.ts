/** The package has no types of its own; these are the options that the page sets. */
declare module 'swagger-ui-dist/swagger-ui-es-bundle.js' {
  export default function SwaggerUI(options: {
    dom_id: string;
    url: string;
    deepLinking: boolean;
    docExpansion: 'list';
    /** -1: the list of models is left out. */
    defaultModelsExpandDepth: number;
    tryItOutEnabled: boolean;
    validatorUrl: null;
  }): void;
}
