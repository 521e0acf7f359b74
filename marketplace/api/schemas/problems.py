"""How refusals are written: problem details of RFC 9457."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Problem(BaseModel):
    """Why a request was refused."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=False)

    type: str = Field(
        description="What was refused, in a word that does not change; about:blank where the status says it.",
        examples=["urn:podryad:problem:illegal-step"],
    )
    title: str = Field(description="The status in a few words.")
    status: int = Field(ge=400, le=599)
    detail: str = Field(description="Words for a person.")
    errors: dict[str, list[str]] | None = Field(
        None, description="What is wrong with each field, by its place in what was sent.", examples=[{"price": ["…"]}]
    )
    request_id: str = Field(description="To be named when asking for help.")
