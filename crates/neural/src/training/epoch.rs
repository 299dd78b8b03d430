//! One epoch of a training.

use imputome_core::{Result, Run};
use imputome_engine::Model;

use super::{Plan, Task, refused};

/// Runs the steps of epoch number `epoch`, from 0, and gives their mean loss.
pub(super) fn run(
    model: &mut dyn Model,
    task: &mut dyn Task,
    plan: &Plan,
    epoch: usize,
    run: &Run,
) -> Result<f64> {
    let mut total = 0.0;
    let begin = |epoch: usize| epoch * plan.steps / plan.epochs;
    let steps = begin(epoch)..begin(epoch + 1);
    let count = steps.len();
    for step in steps {
        run.proceed()?;
        let rate = plan.learning_rate * plan.schedule.share(step, plan.steps);
        model.set_learning_rate(rate as f32).map_err(refused)?;
        if let Some(opponent) = task.opponent() {
            opponent.set_learning_rate(rate as f32).map_err(refused)?;
        }
        total += f64::from(task.step(model, step as u32)?);
        let whole = plan.steps * plan.trainings;
        run.progress().foresee(step as u64 + 1, whole as u64);
    }
    Ok(total / count as f64)
}
