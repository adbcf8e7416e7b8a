"""Yearly terms that were taken over without an end get the next one; ends are found by an index."""

from typing import ClassVar

from django.db import migrations, models

GIVE_ENDS = """
UPDATE wanhao_products_product AS product
SET until = term.ends,
    ends_at = CASE WHEN extract(day FROM term.ends AT TIME ZONE 'Asia/Shanghai') > 1
              THEN term.ends END
FROM (
    SELECT held.id, min(one.ends) AS ends
    FROM wanhao_products_product AS held
    JOIN wanhao_products_productoffering AS offering ON offering.id = held.offering_id
    CROSS JOIN generate_series(1, 200) AS n
    CROSS JOIN LATERAL (
        SELECT (
            date_trunc('day', held.since AT TIME ZONE 'Asia/Shanghai')
            + make_interval(months => (offering.terms ->> 'months')::int * n)
        ) AT TIME ZONE 'Asia/Shanghai' AS ends
    ) AS one
    WHERE held.until IS NULL AND offering.terms ->> 'lasts' = 'term' AND one.ends > now()
    GROUP BY held.id
) AS term
WHERE product.id = term.id
"""


class Migration(migrations.Migration):
    """A term that has no end could not be announced."""

    dependencies: ClassVar = [("wanhao_products", "0002_catalogue")]

    operations: ClassVar = [
        migrations.RunSQL(GIVE_ENDS, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name="product",
            index=models.Index(
                condition=models.Q(("until__isnull", False)),
                fields=["until", "id"],
                name="product_until",
            ),
        ),
    ]
