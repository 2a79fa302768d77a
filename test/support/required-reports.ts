/** The reports without which the gate denies, as the policies have them: a new scanner is in every question at once. */
import settings from '../../infra/opa/plimsoll/settings/data.json' with { type: 'json' };

export const { requiredReports } = settings;
