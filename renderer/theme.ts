import { createTheme, type MantineColorsTuple, type MantineThemeOverride } from '@mantine/core';

/** One accent. Shade 6 carries white text at 4.5:1 and more; the lighter ones are text on dark. */
const accent: MantineColorsTuple = [
  '#eef4ff',
  '#dbe7fe',
  '#bcd3fc',
  '#93b8f8',
  '#78a6f5',
  '#4f87e8',
  '#2b66d0',
  '#2257b8',
  '#1c4894',
  '#183a75',
];

const SYSTEM_FONT =
  "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', Ubuntu, Cantarell, 'Helvetica Neue', Arial, sans-serif";
const MONO_FONT =
  "ui-monospace, SFMono-Regular, Menlo, Consolas, 'Liberation Mono', 'DejaVu Sans Mono', monospace";

/** Mantine's own surfaces in the dark theme, in step with styles.css. */
const dark: MantineColorsTuple = [
  '#e4e6ea',
  '#b8bec9',
  '#8b93a1',
  '#6a7280',
  '#424854',
  '#2b2f37',
  '#1e2127',
  '#16181d',
  '#111317',
  '#0c0d10',
];

/** What stands under a label is read, too: Mantine's own 10 px is not. */
const SMALL = { fontSize: '12px', lineHeight: '16px' };
const field = { styles: { description: SMALL, error: SMALL } };
/** The label of a box, radio or switch is part of what is pointed at: 24 px high, with the box on its first line. */
const choice = { ...field.styles, label: { lineHeight: '24px' } };
const box = { defaultProps: { size: 'xs' }, styles: { ...choice, inner: { marginTop: '4px' } } };
/** Whatever its size by name, nothing that is pointed at is smaller than this (WCAG 2.5.8). */
const LEAST = '24px';

/** Sizes of ui.md: text 13/20, mono 12, headings 15 and 18, a 4 px grid, radius 6, nothing over 120 ms. */
export const theme: MantineThemeOverride = createTheme({
  fontFamily: SYSTEM_FONT,
  fontFamilyMonospace: MONO_FONT,
  fontSizes: { xs: '12px', sm: '13px', md: '13px', lg: '15px', xl: '18px' },
  lineHeights: { xs: '16px', sm: '20px', md: '20px', lg: '20px', xl: '24px' },
  spacing: { xs: '4px', sm: '8px', md: '12px', lg: '16px', xl: '24px' },
  radius: { xs: '3px', sm: '4px', md: '6px', lg: '6px', xl: '6px' },
  defaultRadius: 'md',
  colors: { accent, dark },
  primaryColor: 'accent',
  primaryShade: { light: 6, dark: 6 },
  respectReducedMotion: true,
  cursorType: 'pointer',
  headings: {
    fontFamily: SYSTEM_FONT,
    fontWeight: '600',
    sizes: {
      h1: { fontSize: '18px', lineHeight: '24px' },
      h2: { fontSize: '15px', lineHeight: '20px' },
      h3: { fontSize: '13px', lineHeight: '20px' },
    },
  },
  components: {
    Button: { defaultProps: { size: 'xs' }, styles: { root: { fontWeight: 500, minHeight: LEAST } } },
    ActionIcon: {
      defaultProps: { size: 'md', variant: 'subtle', color: 'gray' },
      vars: (_theme: unknown, { size }: { size?: unknown }) => ({
        root: size === 'xs' || size === 'sm' ? { '--ai-size': LEAST } : {},
      }),
    },
    CloseButton: {
      vars: (_theme: unknown, { size }: { size?: unknown }) => ({
        root: size === 'xs' || size === 'sm' ? { '--cb-size': LEAST } : {},
      }),
    },
    TextInput: { defaultProps: { size: 'xs' }, ...field },
    PasswordInput: { defaultProps: { size: 'xs' }, ...field },
    Textarea: { defaultProps: { size: 'xs' }, ...field },
    Autocomplete: { defaultProps: { size: 'xs' }, ...field },
    TagsInput: { defaultProps: { size: 'xs' }, ...field },
    Radio: box,
    Select: { defaultProps: { size: 'xs', checkIconPosition: 'right', withAlignedLabels: true } },
    Checkbox: box,
    Switch: { defaultProps: { size: 'xs' }, styles: { ...choice, track: { marginTop: '4px' } } },
    SegmentedControl: { defaultProps: { size: 'xs' } },
    Tooltip: {
      defaultProps: { openDelay: 400, transitionProps: { duration: 80 }, fz: 'xs', withArrow: false },
    },
    Popover: { defaultProps: { transitionProps: { duration: 80 }, shadow: 'md' } },
    // In place, so that it belongs to the landmark of its button; fixed, so that no scrolling list cuts it off.
    // Opened by key it is on its first item: a focusable placeholder is no child that a menu may have.
    Menu: {
      defaultProps: {
        transitionProps: { duration: 80 },
        shadow: 'md',
        withinPortal: false,
        floatingStrategy: 'fixed',
        withInitialFocusPlaceholder: false,
      },
    },
    Modal: {
      defaultProps: {
        transitionProps: { duration: 100 },
        centered: true,
        shadow: 'lg',
        closeButtonProps: { 'aria-label': 'Close' },
      },
      styles: { title: { fontSize: '15px', fontWeight: 600 } },
    },
    Kbd: { styles: { root: { borderBottomWidth: 1, fontFamily: 'inherit', fontWeight: 400 } } },
  },
});
