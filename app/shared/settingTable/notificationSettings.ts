/** The settings of the table about notifications. */
import { toggle } from '../settingKinds';

export const NOTIFICATION_SETTINGS = {
  notifyPlanNearlyUsed: toggle({
    default: true,
    group: 'notifications',
    label: '80 % of the plan is used',
    description: 'notify when 80 % of a window of the plan is used',
    note: 'Nothing is shown while this window is in front.',
  }),
  notifyPlanExhausted: toggle({
    default: true,
    group: 'notifications',
    label: 'The plan is used up',
    description: 'notify when a limit of the plan is used up',
  }),
  notifyPlanReset: toggle({
    default: true,
    group: 'notifications',
    label: 'The plan can be used again',
    description: 'notify when a used-up limit of the plan is reset',
  }),
  notifySignedOut: toggle({
    default: true,
    group: 'notifications',
    label: 'The sign-in is lost',
    description: 'notify when claude is signed out',
  }),
  notifyServerStopped: toggle({
    default: true,
    group: 'notifications',
    label: 'An error has stopped the server',
    description: 'notify when an error has stopped the server',
  }),
  notifyUpdate: toggle({
    default: true,
    group: 'notifications',
    label: 'A later version is available',
    description: 'notify when a later version of Claudacity is available',
  }),
  notifyRefused: toggle({
    default: false,
    group: 'notifications',
    label: 'Somebody new was refused',
    description: 'notify when a computer or a program is refused for the first time',
  }),
};
