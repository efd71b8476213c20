/** Style sheets are imported for their effect; the bundler writes them to one file beside the script. */
declare module '*.css';
