"""Every table of the core on `Base.metadata`: imported by migrations and tests, by nothing at run time."""

import core.api.models
import core.approvals.models
import core.audit
import core.catalogue.models
import core.counters
import core.customers.models
import core.documents.models
import core.exchange.models
import core.invoices.models
import core.jobs.models
import core.knowledge.models
import core.orders.models
import core.payments.models
import core.purchasing.models
import core.returns.models
import core.sales_channels.models
import core.shipping.models
import core.shop
import core.stock.models
import core.tickets.models  # noqa: F401
