/** A button that switches between light and dark; without a choice, the system's is used. */
export function addThemeButton(onChange: () => void): void {
  const root = document.documentElement
  const systemIsDark = matchMedia('(prefers-color-scheme: dark)')
  const button = document.createElement('button')
  button.type = 'button'
  button.className = 'theme-button'
  const isDark = () =>
    root.dataset['theme'] === undefined ? systemIsDark.matches : root.dataset['theme'] === 'dark'
  const name = () => {
    button.textContent = isDark() ? 'Light theme' : 'Dark theme'
  }
  button.addEventListener('click', () => {
    root.dataset['theme'] = isDark() ? 'light' : 'dark'
    name()
    onChange()
  })
  systemIsDark.addEventListener('change', () => {
    name()
    onChange()
  })
  name()
  const place = document.querySelector('[data-theme-place], header, main') ?? document.body
  place.prepend(button)
}
