"""What TensorBoard shows of a run: the numbers of each epoch, its worst errors, the embeddings."""

from collections.abc import Mapping

from shopee_tf.training.error_page import photo_page, title_table
from shopee_tf.training.loop import Position
from shopee_tf.training.projector import write_projector
from shopee_tf.training.session import Session
from shopee_tf.training.tensorboard import EventWriter

ERRORS = "worst_errors"


def show_epoch(
    events: EventWriter, session: Session, position: Position, line: Mapping[str, float]
) -> None:
    """Writes what is to be seen of an epoch that was just judged.

    The projector holds the embeddings of the epoch that is kept, so it is written anew whenever
    one is.

    Args:
      events: of the run folder; one that is not active writes no file either.
      session: of the run.
      position: at the end of the epoch.
      line: the epoch's numbers.
    """
    if not events.active:
        return
    events.write_scalars(line, step=position.step)
    judged, catalog = session.judged, session.rows.catalog
    if judged is None:
        return
    photos = None if session.task.kind == "title" else session.photos.read
    if judged.mistakes and photos:
        events.write_picture(ERRORS, photo_page(judged.mistakes, photos), step=position.step)
    if judged.mistakes and session.task.kind != "image":
        cells = title_table(judged.mistakes, catalog.titles)
        events.write_table(ERRORS, cells, step=position.step)
    if judged.embeddings is not None and position.best_epoch == position.epoch:
        write_projector(events.folder, judged.embeddings, catalog, read=photos)
