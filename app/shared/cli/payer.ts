/** Who pays for the requests, and what that makes of the costs that the app shows. */

/** `plan`: a subscription covers the requests. `use`: they are billed by use. `unknown`: the app cannot tell, as behind a gateway. */
export type Billing = 'plan' | 'use' | 'unknown';

export interface Payer {
  /** A few words without the account's address: `Claude Max`, `API key`, `Amazon Bedrock`. */
  readonly label: string;
  /** In full, for the owner alone: `Claude Max, ana@example.org`, `API key from the environment, billed by use`. */
  readonly description: string;
  readonly billing: Billing;
}

/** Present where a variable of the environment could pay in place of the subscription that is signed in. */
export interface PayChoice {
  /** The variables: `ANTHROPIC_API_KEY`… */
  readonly variables: readonly string[];
  /** Who pays now; the setting `payWith`. */
  readonly using: PayWith;
  /** The subscription in words. */
  readonly subscription: string;
  /** Who pays where the variables are used, in words. */
  readonly environment: string;
}

export type PayWith = 'subscription' | 'environment';

/** What a cost is, given who pays. The CLI computes every cost from list prices. */
export function costNote(billing: Billing | null | undefined): string {
  if (billing === 'use') return 'billed';
  if (billing === 'plan') return 'at list price, covered by your plan';
  return 'at list price';
}
