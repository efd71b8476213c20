/** Moves through the window by keyboard alone: each key goes to what has the focus. */
import type { Locator, Page } from '@playwright/test';
import { expect } from './desktopTest';

/** More than any page has controls. */
const MOST_PRESSES = 150;

/** Presses Tab until the element has the focus. @throws Error where Tab does not reach it */
export async function tabTo(page: Page, target: Locator): Promise<void> {
  await expect(target).toBeVisible();
  for (let presses = 0; presses < MOST_PRESSES; presses++) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab does not reach ${target}`);
}

/** Presses a key on the element, once Tab has reached it. */
export async function press(page: Page, target: Locator, key = 'Enter'): Promise<void> {
  await tabTo(page, target);
  await page.keyboard.press(key);
}

/** Opens the menu of a button and chooses an entry in it with the arrow keys. @param entries the path through the menu's levels */
export async function choose(page: Page, button: Locator, ...entries: (string | RegExp)[]): Promise<void> {
  await press(page, button);
  for (const name of entries) {
    const menu = page.getByRole('menu');
    const entry = menu.getByRole('menuitem', { name }).or(menu.getByRole('menuitemcheckbox', { name }));
    await arrowTo(page, entry.first());
    await page.keyboard.press('Enter');
  }
}

/** Presses the down arrow until the entry of the open menu has the focus. */
async function arrowTo(page: Page, entry: Locator): Promise<void> {
  await expect(entry).toBeVisible();
  for (let presses = 0; presses < MOST_PRESSES; presses++) {
    if (await entry.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press('ArrowDown');
  }
  throw new Error(`The arrow keys do not reach ${entry}`);
}

/** Names the texts that the edge of the window, or of a box that does not scroll sideways, cuts off without an ellipsis. */
export function cutTexts(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const cutAt = (element: Element): Element | null => {
      const { left, right } = element.getBoundingClientRect();
      for (let box: Element | null = element; box; box = box.parentElement) {
        const { overflowX, textOverflow, position } = getComputedStyle(box);
        if (textOverflow === 'ellipsis' || overflowX === 'auto' || overflowX === 'scroll') return null;
        const edge = box.getBoundingClientRect();
        if (overflowX !== 'visible' && (right > edge.right + 2 || left < edge.left - 2)) return box;
        // Dialogs and menus are above the rest.
        if (position === 'fixed') break;
      }
      return right > innerWidth + 2 ? document.documentElement : null;
    };
    return [...document.querySelectorAll('body *')]
      .filter((element) => element.checkVisibility({ checkVisibilityCSS: true }))
      .filter((element) => !element.matches('.visually-hidden, .visually-hidden *, .brand > span, svg *, option'))
      .filter((element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent?.trim()))
      .flatMap((element) => {
        const box = cutAt(element);
        return box ? [`“${element.textContent?.slice(0, 60)}” in ${box.tagName} ${box.className}`] : [];
      });
  });
}

/**
 * Names the controls in view that no key reaches: Tab stops at none of them, and they are not among those of a tab list, a menu or a list
 * that the arrow keys move through.
 */
export async function controlsOutOfReach(page: Page): Promise<string[]> {
  await page.evaluate(() => {
    for (const element of document.querySelectorAll('[data-reached]')) element.removeAttribute('data-reached');
  });
  for (let presses = 0; presses < MOST_PRESSES; presses++) {
    await page.keyboard.press('Tab');
    const isRound = await page.evaluate(() => {
      const element = document.activeElement;
      if (element === null || element === document.body) return false;
      if (element.hasAttribute('data-reached')) return true;
      element.setAttribute('data-reached', '');
      return false;
    });
    if (isRound) break;
  }
  return page.evaluate(() => {
    const controls =
      'button, a[href], input, select, textarea, summary, [role="separator"], [tabindex]:not([tabindex="-1"])';
    const byArrows =
      '[role="tab"][aria-selected="false"], [role="menu"] *, [role="option"] *, .guide-button[tabindex="-1"]';
    return (
      [...document.querySelectorAll<HTMLElement>(controls)]
        .filter((element) => element.checkVisibility({ checkVisibilityCSS: true }) && !element.matches(':disabled'))
        .filter((element) => !element.hasAttribute('data-reached') && !element.matches(byArrows))
        // Of the choices of one name, Tab stops at the chosen one.
        .filter((element) => !(element instanceof HTMLInputElement && element.type === 'radio'))
        .map((element) => element.outerHTML.slice(0, 200))
    );
  });
}
