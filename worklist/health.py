"""The health check: 200 where the current list can be served, 503 with the reason where it cannot."""

from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import JSONResponse

from warehouse.errors import BovagtError


def add_health(app: FastAPI, published: Path) -> None:
    """Let `app` answer `/healthz` from the published nights under `published`; nothing personal in it."""

    @app.get("/healthz")
    def healthz() -> JSONResponse:
        from worklist.published import current

        try:
            night = current(published)
        except BovagtError as error:
            return JSONResponse({"status": "no list", "reason": str(error)}, status_code=503)
        return JSONResponse({"status": "ok", "as_of": night.as_of.isoformat()})
