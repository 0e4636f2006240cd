"""The opponent that many would build: FastAPI and SQLAlchemy's ORM on PostgreSQL, a transaction a request.

A repeated body is looked up, a new one inserted, and the commit awaited before the answer. Run as
`python -m benchmarks.fastapi_server DATABASE_URL`; the first line on stdout is its URL.
"""

from __future__ import annotations

import asyncio
import hashlib
import socket
import sys

import uvicorn
from fastapi import FastAPI, Request, Response
from sqlalchemy import LargeBinary, Text, select
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class _Base(DeclarativeBase):
    pass


class _Alert(_Base):
    __tablename__ = "alerts"

    id: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[bytes] = mapped_column(LargeBinary, index=True)
    source: Mapped[str] = mapped_column(Text)
    body: Mapped[bytes] = mapped_column(LargeBinary)


def _application(url: str) -> FastAPI:
    engine = create_async_engine(url, pool_size=20, max_overflow=44)
    sessions = async_sessionmaker(engine, expire_on_commit=False)
    application = FastAPI(openapi_url=None)

    async def make_tables() -> None:
        async with engine.begin() as connection:
            await connection.run_sync(_Base.metadata.create_all)

    async def take(token: str, request: Request) -> Response:
        body = await request.body()
        digest = hashlib.sha256(body).digest()
        async with sessions() as session:
            known = await session.scalar(select(_Alert.id).where(_Alert.sha256 == digest).limit(1))
            source = "again" if known else "first"
            session.add(_Alert(sha256=digest, source=f"{token}:{source}", body=body))
            await session.commit()
        return Response("ok", media_type="text/plain")

    application.add_api_route("/hook/{token}", take, methods=["POST"])
    application.router.add_event_handler("startup", make_tables)
    return application


def main() -> None:
    """Serve until killed."""
    # Only a socket that names its protocol is given TCP_NODELAY by asyncio; without it each answer takes 40 ms.
    door = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    door.bind(("127.0.0.1", 0))
    door.listen(1024)
    config = uvicorn.Config(_application(sys.argv[1]), access_log=False, log_level="warning")
    sys.stdout.write(f"http://127.0.0.1:{door.getsockname()[1]}/hook/anything\n")
    sys.stdout.flush()
    asyncio.run(uvicorn.Server(config).serve(sockets=[door]))


if __name__ == "__main__":
    main()
