import { ServiceException } from '@smithy/core/client';

/** A refusal as the SDK throws it. */
export function awsError(name: string, message: string, status = 400): ServiceException {
  return new ServiceException({
    name,
    $fault: 'client',
    message,
    $metadata: { httpStatusCode: status, requestId: crypto.randomUUID(), attempts: 1, totalRetryDelay: 0 },
  });
}
