/** The package has no type declarations; these are the options that the page sets. */
declare module 'swagger-ui-dist/swagger-ui-es-bundle.js' {
  export default function SwaggerUI(options: {
    dom_id: string;
    url: string;
    deepLinking: boolean;
    docExpansion: 'list';
    /** -1 hides the list of models. */
    defaultModelsExpandDepth: number;
    tryItOutEnabled: boolean;
    validatorUrl: null;
    plugins: unknown[];
    syntaxHighlight: { theme: 'obsidian' };
  }): void;
}
