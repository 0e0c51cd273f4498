"""Intake: one delivery at a time, from a file in the inbox to delivered rows, or set aside with the reason.

    find_deliveries → needs_intake → take_in (each) → settle (the feeds touched) → delivery_reports

A delivery is taken in by one transaction after the vault has its raw rows, so that a run that is killed leaves all
of it or nothing, and taking it in again mends the rest.
"""

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date

import duckdb
import polars as pl

from warehouse.checking import Checked, check_rows
from warehouse.deliveries import Delivery, find_deliveries
from warehouse.errors import BovagtError, DeliveryError, StoreError
from warehouse.facts import settle
from warehouse.layouts import STANDARD, FileLayout, Layouts
from warehouse.ledger import Place, forget_rows, keep_account, keep_rows, place_of, recorded, yield_places
from warehouse.pseudonymising import IDENTITY_KINDS, identity_rows, warehouse_rows
from warehouse.reading import RawRows, read_bytes, read_rows, refused
from warehouse.statements import statement
from warehouse.unsettled import mark_unsettled
from warehouse.vault import Vault
from warehouse.vocabulary import EVERY_FEED, FEEDS

__all__ = [
    "Delivery",
    "DeliveryReport",
    "delivery_reports",
    "find_deliveries",
    "needs_intake",
    "settle",
    "take_in",
]


@dataclass(frozen=True)
class DeliveryReport:
    """What became of one delivery when it was taken in; counts and codes only.

    `passed` rows keep the contract; how many of them are duplicates shows when the facts are settled (see
    `delivery_reports`). `rules` counts quarantined cells by (rule, column). `status`: taken, copy or set_aside.
    """

    delivery_id: str
    feed: str
    file_name: str
    delivered_on: date
    layout: str
    sender: str
    layout_digest: str
    status: str = "taken"
    reason: str | None = None
    explanation: str | None = None
    rows_read: int = 0
    quarantined: int = 0
    rules: dict[tuple[str, str], int] = field(default_factory=dict)
    unknown_columns: tuple[str, ...] = ()
    warnings: int = 0

    @property
    def passed(self) -> int:
        """Rows read that were not quarantined."""
        return self.rows_read - self.quarantined


def needs_intake(delivery: Delivery, connection: duckdb.DuckDBPyConnection, layouts: Layouts) -> bool:
    """Whether a delivery is new, or was set aside or quarantined in part and its layouts have changed since."""
    kept = recorded(connection, delivery)
    if kept is None or kept.status == "replaced":
        return True
    is_whole = kept.status == "copy" or (kept.status == "taken" and kept.quarantined == 0)
    return not is_whole and kept.layout_digest != layouts.digest_for(delivery.feed, delivery.file_name)


def take_in(
    delivery: Delivery,
    connection: duckdb.DuckDBPyConnection,
    vault: Vault,
    layouts: Layouts,
    *,
    today: date,
) -> DeliveryReport:
    """Take in one delivery, in one transaction; taking it in again changes nothing.

    Never raises for what is delivered: a bad row is quarantined, a bad file set aside. `today` is the day of
    delivery where the file's name tells none. `StoreError` where warehouse or vault cannot be written.
    """
    report = _begun(delivery, connection, layouts, today)
    place = place_of(connection, delivery, report.delivered_on)
    if place.copies is not None:
        return _account(connection, replace(report, status="copy", **place.copies), place)
    try:
        understood = _understood(delivery, layouts)
    except DeliveryError as error:
        set_aside = replace(report, status="set_aside", reason=error.reason, explanation=str(error))
        return _account(connection, set_aside, place)
    rows = _sealed(understood, report, vault)
    return _account(connection, _with_counts(report, understood), place, rows, understood.checked.broken)


def _begun(delivery: Delivery, connection: duckdb.DuckDBPyConnection, layouts: Layouts, today: date) -> DeliveryReport:
    """What is known of a delivery before it is read. A day once given to a file without one stays its day."""
    kept = recorded(connection, delivery)
    return DeliveryReport(
        delivery.delivery_id,
        delivery.feed,
        delivery.file_name,
        delivery.delivered_on or (kept.delivered_on if kept else None) or today,
        STANDARD.name,
        STANDARD.sender,
        layouts.digest_for(delivery.feed, delivery.file_name),
    )


@dataclass(frozen=True)
class _Understood:
    """A file that could be read: as it stood, as it was judged, and by which layout."""

    raw: RawRows
    checked: Checked
    layout: FileLayout


def _understood(delivery: Delivery, layouts: Layouts) -> _Understood:
    """The file read by the first of its layouts that fits; `DeliveryError` of the first where none does."""
    where = f"inbox/{delivery.feed}/{delivery.file_name}" if delivery.feed else f"inbox/{delivery.file_name}"
    if delivery.feed not in EVERY_FEED:
        raise refused(
            "unknown_feed", "a folder named as one of the feeds", "another", where, f"Use one of {', '.join(FEEDS)}."
        )
    content = read_bytes(delivery.path)
    problems: list[DeliveryError] = []
    for layout in layouts.matching(delivery.feed, delivery.file_name):
        try:
            raw = read_rows(delivery.path, content, layout)
            return _Understood(raw, check_rows(raw, delivery.feed, layout, where), layout)
        except DeliveryError as error:
            problems.append(error)
        except BovagtError:
            raise
        except Exception as error:
            # A file must never stop the others, whatever a reader makes of it. Only the kind of the error is told:
            # its text may quote the file.
            problems.append(
                refused(
                    "not_understood", "a file that can be read", type(error).__name__, where, "Deliver the file again."
                )
            )
    raise problems[0]


def _sealed(understood: _Understood, report: DeliveryReport, vault: Vault) -> pl.DataFrame:
    """What the warehouse may hold of a file, after the vault has the rest."""
    rows = warehouse_rows(
        understood.checked.rows,
        report.feed,
        vault.pseudonyms,
        delivery_id=report.delivery_id,
        delivered_on=report.delivered_on,
        file_name=report.file_name,
    )
    vault.keep_raw(report.delivery_id, understood.raw.rows)
    identities = identity_rows(understood.checked.rows, rows, report.feed)
    if identities is not None and identities.height:
        vault.keep_identities(IDENTITY_KINDS[report.feed], identities)
    return rows


def _with_counts(report: DeliveryReport, understood: _Understood) -> DeliveryReport:
    checked = understood.checked
    return replace(
        report,
        layout=understood.layout.name,
        sender=understood.layout.sender,
        rows_read=understood.raw.rows.height,
        quarantined=checked.quarantined,
        rules=dict(Counter(checked.broken.select("rule", "column_name").iter_rows())),
        unknown_columns=checked.unknown,
        warnings=checked.warnings,
    )


def _account(
    connection: duckdb.DuckDBPyConnection,
    report: DeliveryReport,
    place: Place,
    rows: pl.DataFrame | None = None,
    broken: pl.DataFrame | None = None,
) -> DeliveryReport:
    """Writes what became of a delivery, in one transaction; `report` unchanged."""
    try:
        connection.begin()
        if report.status != "copy":
            forget_rows(connection, report.feed, report.delivery_id)
        if rows is not None and broken is not None:
            yield_places(connection, report.feed, place)
            keep_rows(connection, report.feed, report.delivery_id, rows, broken)
        keep_account(connection, report)
        if report.feed in EVERY_FEED:
            mark_unsettled(connection, report.feed)
        connection.commit()
    except duckdb.Error as error:
        with suppress(duckdb.Error):
            connection.rollback()
        raise StoreError(
            expected="room to write what was delivered",
            found=type(error).__name__,
            where="warehouse.duckdb",
            remedy="Free disk space and run again; the delivery lies in the inbox.",
        ) from error
    return report


def delivery_reports(connection: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """One row a delivery ever met, by day, feed and file.

    Columns: feed, file, delivered_on, rows_read, accepted, duplicate, quarantined, unlinked, layout, status, reason
    (the code where set aside), explanation (its sentence), broken_rules ("rule (column): rows; …" of what was
    quarantined), unknown_columns, warnings (CPR numbers that fail the check digit).
    rows_read = accepted + duplicate + quarantined; settle the facts first.
    """
    return connection.sql(statement("delivery_reports")).pl()
