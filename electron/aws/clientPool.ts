import { renewOnce } from './renewOnce.ts';
import type { ClientFactory } from './clientFactory.ts';
import type { AwsClient, AwsClientClass, ClientPool, ClientScope, Sessions } from './types.ts';

/** SDK clients, made once per class, profile, region and purpose: retry budgets and rate limits live in them. */
export class AwsClientPool implements ClientPool {
  readonly #factory: ClientFactory;
  readonly #sessions: Sessions;
  readonly #onDestroy: () => void;
  readonly #clients = new Map<unknown, Map<string, AwsClient>>();

  /** `onDestroy` ends what stands behind the sessions. */
  constructor(factory: ClientFactory, sessions: Sessions, onDestroy: () => void = () => undefined) {
    this.#factory = factory;
    this.#sessions = sessions;
    this.#onDestroy = onDestroy;
  }

  client<C extends AwsClient>(clientClass: AwsClientClass<C>, scope: ClientScope): C {
    const ofClass = this.#clients.get(clientClass) ?? new Map<string, AwsClient>();
    this.#clients.set(clientClass, ofClass);
    const key = JSON.stringify([scope.profile, scope.region, scope.purpose]);
    const known = ofClass.get(key);
    if (known) return known as C;
    const credentials = this.#sessions.credentials(scope.profile);
    const client = this.#factory.create(clientClass, scope, credentials);
    client.middlewareStack.use(renewOnce(this.#sessions, scope.profile, credentials));
    ofClass.set(key, client);
    return client;
  }

  destroy(): void {
    this.#clients.clear();
    this.#factory.destroy();
    this.#onDestroy();
  }
}

export type { ClientMiddleware } from './types.ts';
