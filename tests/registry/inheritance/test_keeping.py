"""What models inherit, stored and kept in step with lineage, countries and licences."""

from typing import Any
from unittest.mock import patch

import pytest
from django.core.management import call_command

from apps.core.changes import change
from apps.licences.models import Licence
from apps.parties.models import HubOrganisation
from apps.registry import services
from apps.registry.models import Inheritance, LineageEdge, Model
from apps.registry.services import AliasInput
from apps.registry.services import inheritance as keeping
from apps.registry.tasks import refresh_due
from tests.making import SETUP, a_model, a_party, a_release, state
from tests.policy.making import base, developer, edge

pytestmark = pytest.mark.django_db


def kept(model: Model) -> Inheritance:
    return Inheritance.objects.get(model=model)


def origin(model: Model) -> set[tuple[str | None, str]]:
    return {(one["country"], one["role"]) for one in kept(model).origin}


def licences(model: Model) -> set[tuple[str, str]]:
    return {(one["how"], one["licence"] or one["declared"]) for one in kept(model).licences}


def a_licence(key: str, law: str = "") -> Licence:
    licence = Licence(
        key=key, ref=f"LicenseRef-{key}", name=key, terms={"governing_law": {"law": law}} if law else None
    )
    with change(SETUP, "test.enter"):
        licence.save()
    return licence


def conclude(model: Model, key: str) -> None:
    state("release", a_release(model).id, licence_concluded=key)


class TestOrigin:
    def test_each_element_carries_the_path_behind_it(self) -> None:
        root, middle = base("CN"), a_model(developer=developer("FR"), kind="fine_tune")
        tune = a_model(developer=developer("US"), kind="fine_tune")
        edge(middle, root), edge(tune, middle, "quantized")
        assert origin(tune) == {("US", "developer"), ("FR", "weight_ancestor"), ("CN", "weight_ancestor")}
        far = next(one for one in kept(tune).origin if one["country"] == "CN")
        assert [(step["parent"], step["relation"]) for step in far["via"]] == [
            (str(middle.id), "quantized"),
            (str(root.id), "finetune"),
        ]
        assert kept(tune).countries == ["CN", "FR", "US"]

    def test_a_teacher_stands_in_its_own_role_and_makes_no_country_of_the_weights(self) -> None:
        tune = base("US")
        edge(tune, base("CN"), "distilled_from")
        assert origin(tune) == {("US", "developer"), ("CN", "teacher")}
        assert kept(tune).countries == ["US"]

    def test_what_is_unknown_stays_visible(self) -> None:
        tune = a_model()
        edge(tune, base(None)), edge(tune, None, "merge", parent_name="x/gone")
        assert origin(tune) == {(None, "developer"), (None, "weight_ancestor")}
        assert len(kept(tune).origin) == 3
        assert (kept(tune).unresolved, kept(tune).countries) == (["x/gone"], [])

    def test_the_publisher_is_whose_namespace_the_identifier_is_in(self) -> None:
        party = developer("DE")
        with change(SETUP, "test.enter"):
            HubOrganisation(party=party, hub="huggingface", name="Repacker").save()
        model = a_model(developer=developer("US"), aliases=[AliasInput("huggingface", "repacker/Model")])
        assert origin(model) == {("US", "developer"), ("DE", "publisher")}

    def test_the_law_of_an_inherited_licence_is_an_element(self) -> None:
        a_licence("made-up", "California, US")
        root, tune = base("FR"), base("DE")
        edge(tune, root)
        conclude(root, "made-up")
        assert ("US", "licence_law") in origin(tune)
        assert kept(tune).countries == ["DE", "FR"]

    @pytest.mark.parametrize("column", ["principal", "group"])
    def test_what_is_known_of_the_entity_behind_a_brand_is_known_of_it(self, column: str) -> None:
        brand, entity = a_party(), a_party()
        setattr(brand, column, entity)
        with change(SETUP, "test.enter"):
            brand.save()
        model = a_model(developer=brand)
        state("party", entity.id, hq_country="KR")
        assert origin(model) == {("KR", "developer")}


class TestLicences:
    def test_weights_and_teachers_pass_licences_each_in_its_way(self) -> None:
        for key in ("own", "base-terms", "teacher-terms"):
            a_licence(key)
        root, teacher, tune, other = a_model(), a_model(), a_model(), a_model()
        edge(tune, root), edge(tune, teacher, "distilled_from"), edge(other, tune), edge(tune, a_model(), "draft_for")
        conclude(root, "base-terms"), conclude(teacher, "teacher-terms"), conclude(tune, "own")
        assert licences(other) == {
            ("self", ""),
            ("weights", "own"),
            ("weights", "base-terms"),
            ("teacher", "teacher-terms"),
        }
        assert kept(other).licence_keys == ["base-terms", "own"]

    def test_what_is_declared_and_means_no_licence_of_ours_stays_as_written(self) -> None:
        model = a_model()
        state("release", a_release(model).id, licence_declared="other/very-own")
        assert licences(model) == {("self", "other/very-own")}


class TestInStep:
    def test_a_changed_country_a_new_and_a_removed_edge_show_at_once(self) -> None:
        party = a_party()
        root, tune, leaf = a_model(developer=party), a_model(), a_model()
        edge(leaf, tune), edge(tune, root)
        state("party", party.id, hq_country="JP")
        assert kept(leaf).countries == ["JP"]
        services.remove_lineage_edge(actor=SETUP, edge=LineageEdge.objects.get(child=tune), reason="Wrong")
        assert kept(leaf).countries == []

    def test_equal_rows_are_not_written_again(self) -> None:
        root, tune = base("CN"), a_model()
        edge(tune, root)
        before = kept(tune).id
        assert services.refresh_inheritance(actor=SETUP) == 0
        assert kept(tune).id == before

    def test_what_hangs_on_much_is_left_to_a_task(self) -> None:
        party = a_party()
        root = a_model(developer=party)
        children = [a_model() for _ in range(4)]
        for child in children:
            edge(child, root)
        with patch.object(keeping, "AT_ONCE", 3), patch.object(refresh_due, "delay"):
            state("party", party.id, hq_country="JP")
        assert Inheritance.objects.filter(stale=True).count() == 5
        assert kept(children[0]).countries == []
        assert refresh_due() == 5
        assert kept(children[0]).countries == ["JP"]
        assert not Inheritance.objects.filter(stale=True).exists()
        assert refresh_due() == 0

    def test_the_command_makes_again_what_is_lost(self, capsys: Any) -> None:
        root, tune = base("CN"), a_model()
        edge(tune, root)
        Inheritance.objects.all().delete()
        call_command("recompute_inheritance")
        assert capsys.readouterr().out == "2 changed\n"
        assert kept(tune).countries == ["CN"]

    def test_all_at_once_is_what_each_change_made(self) -> None:
        party = developer("CN")
        models = [a_model(developer=party if number % 2 else None) for number in range(8)]
        for number in range(1, 8):
            edge(models[number], models[(number * 5) % number], "finetune" if number % 3 else "distilled_from")
        one_by_one = dict(Inheritance.objects.values_list("model_id", "digest"))
        Inheritance.objects.all().delete()
        services.refresh_inheritance(actor=SETUP)
        assert dict(Inheritance.objects.values_list("model_id", "digest")) == one_by_one
