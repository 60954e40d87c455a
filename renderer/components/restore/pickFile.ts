import { RequestError, request } from '../../api/client.ts';

/**
 * Asks the person for a file of this machine. In a browser the file is sent to the app first, whole and
 * without reading it into this page. `null` = nothing was chosen. Rejects with RequestError.
 */
export async function pickFile(browser: boolean): Promise<{ path: string; name: string } | null> {
  if (!browser) {
    const { path } = await request('shell.pick', { what: 'file' });
    return path === null ? null : { path, name: path };
  }
  const file = await askBrowser();
  if (!file) return null;
  const { path, uploadTo } = await request('shell.pick', { what: 'file' });
  if (path === null) return null;
  if (uploadTo === null) return { path, name: path };
  await upload(file, uploadTo);
  return { path, name: file.name };
}

export async function pickFolder(): Promise<string | null> {
  return (await request('shell.pick', { what: 'folder' })).path;
}

function askBrowser(): Promise<File | null> {
  const input = document.createElement('input');
  input.type = 'file';
  return new Promise((resolve) => {
    input.addEventListener('change', () => resolve(input.files?.[0] ?? null));
    input.addEventListener('cancel', () => resolve(null));
    input.click();
  });
}

async function upload(file: File, uploadTo: string): Promise<void> {
  const failed = (why: string) =>
    new RequestError({ code: 'NETWORK', message: `${file.name} could not be sent to CloudOps: ${why}` });
  let response: Response;
  try {
    response = await fetch(uploadTo, { method: 'PUT', body: file });
  } catch {
    throw failed('the connection was cut. Choose it again.');
  }
  if (!response.ok)
    throw failed(`it answered ${response.status}. Check the free space, then choose it again.`);
}
