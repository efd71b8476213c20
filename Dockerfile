# The server without a window. Its data and the sign-in of `claude` are in the volume /data:
#
#   docker build -t claudacity .
#   docker run -d --name claudacity -p 127.0.0.1:22434:22434 -v claudacity:/data claudacity
#   docker exec -it claudacity claude auth login
#   docker exec claudacity claudacity keys add phone
FROM node:22-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
# Plain files, without the window: the native addon of this processor alone.
RUN node build/bundle.mjs \
  && node build/containerFiles.mjs /claudacity

FROM node:22-bookworm-slim
# tini ends children that nobody waits for, and forwards signals. The CLI wants git and a list of certificates.
# Debian removes a version when its correction is there, so none is named.
# hadolint ignore=DL3008
RUN apt-get update \
  && apt-get install -y --no-install-recommends ca-certificates git tini \
  && rm -rf /var/lib/apt/lists/*
# The owner's own CLI, from its makers. Another version: docker build --build-arg CLAUDE_VERSION=2.1.330
ARG CLAUDE_VERSION=2.1.330
RUN npm install --global --ignore-scripts "@anthropic-ai/claude-code@${CLAUDE_VERSION}" \
  && node "$(npm root --global)/@anthropic-ai/claude-code/install.cjs" \
  && claude --version \
  && npm cache clean --force
COPY --from=build /claudacity /usr/lib/claudacity
RUN ln -s /usr/lib/claudacity/cli.cjs /usr/local/bin/claudacity \
  && install -d -o node -g node -m 700 /data
# CLAUDE_CONFIG_DIR is where `claude auth login` stores the sign-in. A program outside of the container is another computer: it needs a key.
ENV HOME=/data \
  CLAUDACITY_HOME=/data/claudacity \
  CLAUDE_CONFIG_DIR=/data/claude \
  HOST=0.0.0.0
# The user `node` of the base image.
USER 1000:1000
WORKDIR /data
VOLUME /data
EXPOSE 22434
# The process lives although nobody is signed in yet, so the server's version is asked for, not its state.
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 22434}/api/version`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["tini", "--"]
CMD ["claudacity", "serve"]
