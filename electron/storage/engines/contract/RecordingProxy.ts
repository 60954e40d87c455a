import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server } from 'node:http';

/** A loopback proxy in front of a real server: it notes each request, and cuts a connection when told. */
export class RecordingProxy {
  readonly requests: { method: string; url: string; headers: IncomingMessage['headers'] }[] = [];
  /** How many of the next answers are cut off after the server has done the work. */
  cutNext = 0;
  readonly #server: Server;

  constructor(target: string) {
    this.#server = createServer((incoming, outgoing) => {
      const { method = 'GET', url = '/', headers } = incoming;
      this.requests.push({ method, url, headers });
      const forward = request(new URL(url, target), { method, headers }, (answer) => {
        if (this.cutNext > 0) {
          this.cutNext -= 1;
          answer.resume().on('end', () => incoming.socket.resetAndDestroy());
          return;
        }
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      });
      forward.on('error', () => incoming.socket.destroy());
      incoming.pipe(forward);
    });
  }

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('no TCP address');
    return `http://127.0.0.1:${address.port}`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
