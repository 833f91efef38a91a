# One image for gateway and worker; compose.yaml says which it is by the command.

FROM node:24-slim AS console
WORKDIR /build/console
COPY console/package.json console/package-lock.json console/.npmrc ./
RUN npm ci --ignore-scripts
COPY console/ ./
# Written to ../gateway/console/static.
RUN npm run build

FROM python:3.13-slim AS program
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/customer-graph
WORKDIR /build
COPY requirements/container.txt requirements/build.txt requirements/
RUN /opt/customer-graph/bin/pip install --require-hashes -r requirements/container.txt -r requirements/build.txt
COPY pyproject.toml README.md LICENSE ./
COPY graph/ graph/
COPY dispatch/ dispatch/
COPY gateway/ gateway/
COPY demo/ demo/
COPY --from=console /build/gateway/console/static gateway/console/static
RUN /opt/customer-graph/bin/pip install --no-deps --no-build-isolation .

FROM python:3.13-slim
# The number is written out so that a platform can check that it is not root.
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin customer-graph
COPY --from=program /opt/customer-graph /opt/customer-graph
ENV PATH=/opt/customer-graph/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    CUSTOMER_GRAPH_DATA=/var/lib/customer-graph \
    HOST=0.0.0.0 \
    PORT=8000
USER 10001:10001
EXPOSE 8000
ENTRYPOINT ["customer-graph"]
CMD ["serve"]
