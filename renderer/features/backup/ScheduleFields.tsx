import { Switch, TextInput } from '@mantine/core';
import { BACKUP_PARTS } from '../../../preload/contract/models.ts';
import { PARTS } from '../../components/backupWords.ts';
import classes from './backup.module.css';
import type { ConfigForm, FieldsProps } from './configForm.ts';

type NumberField = 'chat_history' | 'aws_estate' | 'state' | 'localRetentionDays';

/** How often, with one number for everything unless the person wants one for each part. */
export function ScheduleFields({ form, problems, onChange }: FieldsProps) {
  const number = (field: NumberField) => ({
    inputMode: 'numeric' as const,
    value: form[field],
    error: problems[field],
    onChange: (event: React.ChangeEvent<HTMLInputElement>) =>
      onChange({ [field]: event.currentTarget.value }),
  });
  const keep = <TextInput label="Keep on this machine (days)" {...number('localRetentionDays')} />;
  return (
    <div className={classes.fields}>
      <Switch
        className={classes.wide}
        label="Back up by itself"
        description="Catches up once after the machine was off or asleep."
        checked={form.auto}
        onChange={(event) => onChange({ auto: event.currentTarget.checked })}
      />
      {form.apart && (
        <div className={`${classes.wide} ${classes.intervals}`}>
          {BACKUP_PARTS.map((part) => (
            <TextInput
              key={part}
              label={`${PARTS[part].name} every (hours)`}
              {...number(part)}
              disabled={!form.auto}
            />
          ))}
        </div>
      )}
      {!form.apart && <TextInput label="Every (hours)" {...number('chat_history')} disabled={!form.auto} />}
      {!form.apart && keep}
      {form.auto && (
        <div className={`${classes.wide} ${classes.small}`}>
          {form.apart && (
            <p className="soft">
              A backup takes the parts that are due and those wanted at least as often. State is in every one,
              so that accounts and the record of what was done are never older than what they speak of.
            </p>
          )}
          <button type="button" className="link-button" onClick={() => onChange(toggled(form))}>
            {form.apart
              ? 'One interval for everything'
              : 'Different intervals for conversations and resources'}
          </button>
        </div>
      )}
      {form.apart && keep}
    </div>
  );
}

/** Apart, all begin with what they have in common; together, the most careful of them holds. */
function toggled(form: ConfigForm): Partial<ConfigForm> {
  if (!form.apart) return { apart: true, aws_estate: form.chat_history, state: form.chat_history };
  const shortest = BACKUP_PARTS.map((part) => form[part]).toSorted((a, b) => Number(a) - Number(b))[0];
  return { apart: false, chat_history: shortest ?? form.chat_history };
}
