"""Every environment variable that On Record reads, in one frozen class."""

import ipaddress
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Settings from the environment (and from a `.env` file in the working folder)."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True)

    database_url: str | None = Field(
        None,
        validation_alias="DATABASE_URL",
        description="PostgreSQL 15 or newer, as a libpq URI (several hosts allowed). "
        "Unset: an embedded PostgreSQL in `DATA_DIR`.",
    )

    @field_validator("database_url", mode="before")
    @classmethod
    def _empty_is_unset(cls, value: object) -> object:
        return value or None

    data_dir: Path = Field(
        Path(".data"),
        validation_alias="DATA_DIR",
        description="Where the embedded PostgreSQL keeps its files.",
    )
    host: str = Field(
        "127.0.0.1", validation_alias="HOST", description="Address the server listens on."
    )
    port: int = Field(
        8000, ge=1, le=65535, validation_alias="PORT", description="Port the server listens on."
    )
    pool_size: int = Field(
        10,
        ge=1,
        le=1000,
        validation_alias="ONRECORD_POOL_SIZE",
        description="Database connections that one API process keeps at most.",
    )
    statement_timeout: float = Field(
        10.0,
        gt=0,
        le=3600,
        validation_alias="ONRECORD_STATEMENT_TIMEOUT",
        description="Seconds after which a query of the API is given up (503).",
    )
    rate_limit: int | None = Field(
        None,
        ge=0,
        le=1_000_000,
        validation_alias="ONRECORD_RATE_LIMIT",
        description="Requests a minute for each address or key, 0 for any number. Unset: 600, but "
        "any number where `HOST` is a loopback address.",
    )
    read_auth: Literal["none", "key"] = Field(
        "none",
        validation_alias="ONRECORD_READ_AUTH",
        description="`none`: everybody may read; `key`: reading needs a key too.",
    )
    max_body_bytes: int = Field(
        10_000_000,
        ge=0,
        validation_alias="ONRECORD_MAX_BODY_BYTES",
        description="Largest body of a request that the API takes, in bytes (413).",
    )
    max_text_bytes: int = Field(
        5_000_000,
        ge=1,
        validation_alias="ONRECORD_MAX_TEXT_BYTES",
        description="Largest file that ingestion takes, in bytes.",
    )
    user_agent: str = Field(
        "OnRecord/0.1",
        min_length=1,
        pattern=r"^[\x20-\x7e]+$",
        validation_alias="ONRECORD_USER_AGENT",
        description="How fetching names itself to web servers; add an address at which you can "
        "be reached.",
    )
    fetch_seconds: float = Field(
        30.0,
        gt=0,
        le=600,
        validation_alias="ONRECORD_FETCH_SECONDS",
        description="Seconds that fetching one page or feed may take.",
    )
    fetch_delay: float = Field(
        1.0,
        ge=0,
        le=600,
        validation_alias="ONRECORD_FETCH_DELAY",
        description="Seconds between two requests to one host, unless its robots.txt asks "
        "for more.",
    )
    fetch_loopback: bool = Field(
        default=False,
        validation_alias="ONRECORD_FETCH_LOOPBACK",
        description="Whether addresses of this machine may be fetched from, on any port; "
        "for tests.",
    )
    extraction_threads: int = Field(
        1,
        ge=1,
        le=256,
        validation_alias="ONRECORD_EXTRACTION_THREADS",
        description="Threads that the extraction of one article takes.",
    )
    extraction_processes: int = Field(
        1,
        ge=0,
        le=256,
        validation_alias="ONRECORD_EXTRACTION_PROCESSES",
        description="Processes that the API extracts posted articles in, started with the first "
        "one; 0: in its own.",
    )
    worker_timeout: float = Field(
        30.0,
        ge=1,
        le=3600,
        validation_alias="ONRECORD_WORKER_TIMEOUT",
        description="Seconds without a sign of life after which the jobs of a worker are taken "
        "up again by others.",
    )
    ingest_processes: int | None = Field(
        None,
        ge=1,
        le=256,
        validation_alias="ONRECORD_INGEST_PROCESSES",
        description="Processes in which `onrecord ingest` extracts while it writes, where there "
        "is more than a little. Unset: one for each processor.",
    )
    log_level: str = Field(
        "info",
        pattern="^(critical|error|warning|info|debug)$",
        validation_alias="ONRECORD_LOG_LEVEL",
        description="critical, error, warning, info or debug.",
    )

    @property
    def requests_a_minute(self) -> int:
        """The rate limit in force; 0 for none."""
        if self.rate_limit is not None:
            return self.rate_limit
        return 0 if _is_loopback(self.host) else 600


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """The settings of this process, read once.

    Raises pydantic's ValidationError naming the variable that is wrong.
    """
    return Settings()
