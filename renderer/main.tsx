import '@mantine/core/styles.css';
import './styles.css';
import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './App.tsx';
import { cacheSync } from './api/cacheSync.ts';
import { bridge } from './api/client.ts';
import { queryClient } from './api/queries.ts';
import { followAddress } from './state/address.ts';
import { keepFocus } from './state/focus.ts';
import { listenForKeys } from './state/keys.ts';
import { theme } from './theme.ts';

cacheSync.follow(bridge);
listenForKeys(window);
keepFocus(document);
followAddress(window);

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');

createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <MantineProvider theme={theme} defaultColorScheme="auto">
        <App />
      </MantineProvider>
    </QueryClientProvider>
  </StrictMode>,
);
