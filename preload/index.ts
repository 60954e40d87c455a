import { contextBridge, ipcRenderer } from 'electron';
import { createIpcBridge } from './bridge.ts';

contextBridge.exposeInMainWorld('cloudops', createIpcBridge(ipcRenderer));
