import { Modal, type ModalProps } from '@mantine/core';
import { useFocusBack } from './useFocusBack.ts';

/** A modal that is mounted while it is open. Escape and its cross close it; the focus goes back to where it was. */
export function Dialog(props: Omit<ModalProps, 'opened' | 'returnFocus'>) {
  useFocusBack();
  return <Modal opened returnFocus={false} {...props} />;
}
