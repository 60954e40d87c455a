import type { IncomingHttpHeaders } from 'node:http';

/** One AWS call as the wire shows it, whichever of the protocols carries it. */
export interface AwsCall {
  service: string;
  /** The operation's name; for REST services `METHOD /path`. */
  operation: string;
  region: string;
  accessKeyId: string;
  /** Parameters of the Query protocol, else empty. */
  parameters: URLSearchParams;
  method: string;
  /** Path and query as sent. */
  path: string;
}

const CREDENTIAL = /Credential=([^/]+)\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request/;

/** Reads service, region and key from the signature, the operation from body, target header or path. */
export function readCall(method: string, path: string, headers: IncomingHttpHeaders, body: Buffer): AwsCall {
  const [, accessKeyId = '', region = '', service = ''] = CREDENTIAL.exec(headers.authorization ?? '') ?? [];
  const target = headers['x-amz-target'];
  const isForm = headers['content-type']?.startsWith('application/x-www-form-urlencoded') ?? false;
  const parameters = isForm ? new URLSearchParams(body.toString()) : new URLSearchParams();
  const operation =
    parameters.get('Action') ??
    (typeof target === 'string' ? (target.split('.').pop() ?? target) : `${method} ${path.split('?')[0]}`);
  return { service, operation, region, accessKeyId, parameters, method, path };
}

/** The error as the service's own protocol writes it, so that the SDK reads code and message. */
export function errorBody(
  call: AwsCall,
  code: string,
  message: string,
): { contentType: string; body: string } {
  const text = message.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  const isJson = ['dynamodb', 'lambda', 'sqs'].includes(call.service);
  if (isJson)
    return {
      contentType: 'application/x-amz-json-1.0',
      body: JSON.stringify({ __type: code, code, message, Message: message }),
    };
  const inner = `<Code>${code}</Code><Message>${text}</Message>`;
  const id = '<RequestId>00000000-0000-4000-8000-000000000000</RequestId>';
  const bodies: Record<string, string> = {
    ec2: `<Response><Errors><Error>${inner}</Error></Errors>${id.replaceAll('RequestId', 'RequestID')}</Response>`,
    s3: `<Error>${inner}${id}</Error>`,
  };
  const body =
    bodies[call.service] ?? `<ErrorResponse><Error><Type>Sender</Type>${inner}</Error>${id}</ErrorResponse>`;
  return { contentType: 'text/xml', body };
}
